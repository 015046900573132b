import type { Command } from '../command.ts';
export const command: Command = {
  summary: 'evaluate',
  usage: 'evaluate',
  help: [],
  run: () => Promise.reject(new Error('evaluate is not there yet')),
};

import type { Command } from '../command.ts';
export const command: Command = {
  summary: 'ask',
  usage: 'ask',
  help: [],
  run: () => Promise.reject(new Error('ask is not there yet')),
};

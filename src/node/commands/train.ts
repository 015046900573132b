import type { Command } from '../command.ts';
export const command: Command = {
  summary: 'train',
  usage: 'train',
  help: [],
  run: () => Promise.reject(new Error('train is not there yet')),
};

import type { Command } from '../command.ts';
export const command: Command = {
  summary: 'record',
  usage: 'record',
  help: [],
  run: () => Promise.reject(new Error('record is not there yet')),
};

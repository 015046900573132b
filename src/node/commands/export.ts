import type { Command } from '../command.ts';
export const command: Command = {
  summary: 'export',
  usage: 'export',
  help: [],
  run: () => Promise.reject(new Error('export is not there yet')),
};

/** robot-r1: the notebook's work on the command line. */
import { MappingNeeded } from '../demos/stateMapping.ts';
import { UsageError, type Command, type Terminal } from './command.ts';
import { proposedMapping } from './mappingFlag.ts';
import { processTerminal } from './terminal.ts';

/** Loaded when called for, so that help and a wrong argument answer at once. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  record: async () => (await import('./commands/record.ts')).command,
  questions: async () => (await import('./commands/questions.ts')).command,
  ask: async () => (await import('./commands/ask.ts')).command,
  train: async () => (await import('./commands/train.ts')).command,
  sft: async () => (await import('./commands/sft.ts')).command,
  evaluate: async () => (await import('./commands/evaluate.ts')).command,
  export: async () => (await import('./commands/export.ts')).command,
};

/** Sets the process's exit code: 0 done, 1 failed, 2 called wrongly, 130 stopped by Ctrl-C. */
export async function main(args: string[]): Promise<void> {
  process.exitCode = await run(args, processTerminal());
}

/** @returns the exit code. */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      terminal.print(await overview());
      return name === undefined ? 2 : 0;
    }
    if (!Object.hasOwn(COMMANDS, name))
      throw new UsageError(`there is no command "${name}": choose ${Object.keys(COMMANDS).join(', ')}`);
    const command = await COMMANDS[name]();
    if (rest.includes('--help') || rest.includes('-h')) terminal.print(describe(command));
    else await command.run(rest, terminal);
    return 0;
  } catch (error) {
    return report(error, name, terminal);
  }
}

function report(error: unknown, name: string, terminal: Terminal): number {
  if (terminal.signal.aborted && (error as Error).name === 'AbortError') {
    terminal.note('stopped');
    return 130;
  }
  const usage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  terminal.note(`robot-r1: ${message.split('\n')[0]}`);
  if (error instanceof MappingNeeded) for (const line of proposedMapping(error)) terminal.note(line);
  if (usage) terminal.note(`Try: robot-r1 ${Object.hasOwn(COMMANDS, name) ? `${name} ` : ''}--help`);
  if (process.env.DEBUG && error instanceof Error) terminal.note(error.stack ?? '');
  return usage ? 2 : 1;
}

async function overview(): Promise<string> {
  const lines = ['Usage: robot-r1 COMMAND [options]', ''];
  for (const [name, load] of Object.entries(COMMANDS))
    lines.push(`  ${name.padEnd(12)}${(await load()).summary}`);
  return [...lines, '', 'robot-r1 COMMAND --help tells more. DEBUG=1 shows where an error arose.'].join('\n');
}

function describe(command: Command): string {
  const flags: [string, string][] = [...command.help, ['--help', 'this text']];
  const width = Math.max(...flags.map(([flag]) => flag.length)) + 2;
  const lines = flags.map(([flag, text]) => `  ${flag.padEnd(width)}${text}`);
  return [`Usage: robot-r1 ${command.usage}`, '', command.summary, '', ...lines].join('\n');
}

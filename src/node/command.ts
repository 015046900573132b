/** What the commands share: arguments, output, exit codes. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Where a command writes and how it hears of Ctrl-C. */
export interface Terminal {
  /** One line of result, on standard output. */
  print(line: string): void;
  /** One line that stays, on standard error. */
  note(line: string): void;
  /** A line that the next one replaces; only where standard error is a terminal. */
  progress(line: string): void;
  /** Aborted by the first Ctrl-C; the second ends the process. */
  signal: AbortSignal;
}

export interface Command {
  summary: string;
  /** Behind "Usage: robot-r1", e.g. "questions FILE [options]". */
  usage: string;
  /** Name with its value, what it does: the help's lines. */
  help: [flag: string, text: string][];
  run(args: string[], terminal: Terminal): Promise<void>;
}

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** @throws UsageError on an unknown flag or a wrong number of operands. */
export function parse<O extends Options>(
  args: string[],
  options: O,
  operands: [least: number, most: number],
) {
  const parsed = parseStrictly(args, options);
  const { positionals } = parsed;
  const [least, most] = operands;
  if (positionals.length < least) throw new UsageError('a file or folder is missing');
  if (positionals.length > most) throw new UsageError(`"${positionals[most]}" is one argument too many`);
  return parsed;
}

function parseStrictly<O extends Options>(args: string[], options: O) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

/** @throws UsageError unless the text is a whole number of at least `least`. */
export function wholeNumber(flag: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`--${flag} ${text} is not a whole number of at least ${least}`);
  return value;
}

/** @throws UsageError unless the text is a number from `low` to `high`. */
export function numberBetween(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high))
    throw new UsageError(`--${flag} ${text} is not a number from ${low} to ${high}`);
  return value;
}

/** @throws UsageError naming the choices. */
export function oneOf<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (!found) throw new UsageError(`--${flag} ${text} is none of ${choices.join(', ')}`);
  return found;
}

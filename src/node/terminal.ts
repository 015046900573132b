import type { Terminal } from './command.ts';

/** The process's own streams and Ctrl-C. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let passing = false;
  const clear = () => {
    if (passing) stderr.write('\r\x1b[K');
    passing = false;
  };
  return {
    print(line) {
      clear();
      stdout.write(line + '\n');
    },
    note(line) {
      clear();
      stderr.write(line + '\n');
    },
    progress(line) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\x1b[K${line.slice(0, (stderr.columns || 80) - 1)}`);
      passing = true;
    },
    signal: stop.signal,
  };
}

/** Recording into a file from a terminal, which draws in a Chromium of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PATIENCE } from '../sourcesPage.ts';

const COMMAND = path.resolve(import.meta.dirname, '../../src/node/robot-r1.mjs');

test(
  'Ctrl-C in the middle leaves no file, whole or half',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cancelled-'));
    const [out, scratch] = [path.join(folder, 'out'), path.join(folder, 'scratch')];
    await Promise.all([out, scratch].map((made) => mkdir(made)));
    const args = ['record', '--task', 'reach_target', '--count', '500', '--out', path.join(out, 'demos.zip')];
    const recording = spawn(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, TMPDIR: scratch },
      stdio: 'ignore',
    });
    const ended = once(recording, 'exit');
    const written = async () =>
      (await readdir(scratch, { recursive: true })).filter((name) => /robot-r1-.*\.json$/.test(name));
    while (!(await written()).length && recording.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(recording.exitCode).toBe(null);
    recording.kill('SIGINT');
    const [code] = (await ended) as [number | null];
    expect(code).toBe(130);
    expect(await readdir(out)).toEqual([]);
    expect((await readdir(scratch)).filter((name) => name.startsWith('robot-r1-'))).toEqual([]);
  },
  PATIENCE,
);

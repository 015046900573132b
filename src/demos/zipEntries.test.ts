import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ZipToDisk } from '../../test/bench/zipToDisk.ts';
import { ZipEntries } from './zipEntries.ts';

const FILES = 20_000;
/** Its name, its place in a map, seven numbers. zip.js's own object takes 6,000. */
const MOST_BYTES_A_FILE = 400;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Once what ended a moment ago is let go of. */
async function inMemory(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a file that is listed takes a few hundred bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entries-'));
  try {
    const path = join(folder, 'many.zip');
    const zip = new ZipToDisk(path);
    for (let k = 0; k < FILES; k++)
      await zip.add(`reach_target/variation0/episodes/episode${k}/front_rgb/0.png`, Uint8Array.of(k % 256));
    await zip.close();
    const file = new Blob([readFileSync(path)]);
    const before = await inMemory();
    const entries = await ZipEntries.read(file, 'many.zip', { entries: FILES, totalBytes: FILES });
    const each = ((await inMemory()) - before) / FILES;
    expect(entries.paths()).toHaveLength(FILES);
    expect(entries.get('reach_target/variation0/episodes/episode7/front_rgb/0.png')).toMatchObject({
      size: 1,
    });
    expect(each).toBeLessThan(MOST_BYTES_A_FILE);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

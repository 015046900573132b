import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DiskBlob } from './diskBlob.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blob-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('slices, text, bytes and stream are those of a Blob of the same bytes', async () => {
  const path = join(folder, 'small');
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  await writeFile(path, bytes);
  const [disk, memory] = [await DiskBlob.open(path), new Blob([bytes])];
  const ends: [number?, number?][] = [
    [],
    [0],
    [10, 20],
    [-30, -10],
    [990, 2000],
    [20, 10],
    [1000],
    [-5000, 3],
  ];
  for (const [start, end] of ends) {
    const [ours, theirs] = [disk.slice(start, end), memory.slice(start, end)];
    expect(ours.size).toBe(theirs.size);
    expect(await ours.arrayBuffer()).toEqual(await theirs.arrayBuffer());
    expect(await ours.slice(1, 5).text()).toBe(await theirs.slice(1, 5).text());
    expect(await new Response(ours.stream()).arrayBuffer()).toEqual(await theirs.arrayBuffer());
  }
  expect(disk).toBeInstanceOf(Blob);
});

test('beyond 4 GB sizes and places are right', async () => {
  const path = join(folder, 'large');
  const size = 5 * 2 ** 30;
  await writeFile(path, '');
  await truncate(path, size);
  const file = await open(path, 'r+');
  await file.write('the end', size - 7);
  await file.close();
  const blob = await DiskBlob.open(path);
  expect(blob.size).toBe(size);
  expect(await blob.slice(-7).text()).toBe('the end');
});

test('a file that has become shorter is told', async () => {
  const path = join(folder, 'shrinking');
  await writeFile(path, 'four');
  const blob = await DiskBlob.open(path);
  await truncate(path, 2);
  await expect(blob.arrayBuffer()).rejects.toThrow('has become shorter while it was read');
});

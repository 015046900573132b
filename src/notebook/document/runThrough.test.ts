import { expect, test } from 'vitest';
import { RunThrough } from './runThrough.svelte.ts';

/** Four cells, a to d, that write down what is asked of them. */
function fourCells(of: Record<string, { fresh?: boolean; runAll?: () => Promise<boolean> }>) {
  const log: string[] = [];
  const cells = ['a', 'b', 'c', 'd'].map((id) => {
    const { fresh = false, runAll = () => Promise.resolve(true) } = of[id] ?? {};
    const cell = {
      fresh,
      runAll: () => (log.push(id), runAll()),
      cancel: () => void log.push(`cancel ${id}`),
    };
    return { id, cell };
  });
  return { cells, log };
}

/** Work that ends when told to. */
function patient() {
  let end = (_: boolean) => {};
  const runAll = () => new Promise<boolean>((resolve) => (end = resolve));
  return { runAll, end: (well: boolean) => end(well) };
}

test('"run from here" begins at the cell, and passes over what is fresh', async () => {
  const { cells, log } = fourCells({ c: { fresh: true } });
  const through = new RunThrough(() => cells);
  await through.from(cells[1]);
  expect(log).toEqual(['b', 'd']);
  expect(through.at).toBeNull();
});

test('"run all" ends at the first cell that fails', async () => {
  const { cells, log } = fourCells({ b: { runAll: () => Promise.resolve(false) } });
  await new RunThrough(() => cells).from();
  expect(log).toEqual(['a', 'b']);
});

test('an error ends it, and it can begin again', async () => {
  const { cells, log } = fourCells({ a: { runAll: () => Promise.reject(new Error('broke')) } });
  const through = new RunThrough(() => cells);
  await expect(through.from()).rejects.toThrow('broke');
  await through.from(cells[2]);
  expect(log).toEqual(['a', 'c', 'd']);
});

test('stopped, it cancels the cell at work and begins no other; it does not begin twice', async () => {
  const work = patient();
  const { cells, log } = fourCells({ a: work });
  const through = new RunThrough(() => cells);
  const all = through.from();
  expect(through.at?.id).toBe('a');
  await through.from(cells[2]);
  through.stop();
  work.end(true);
  await all;
  expect(log).toEqual(['a', 'cancel a']);
});

test('cells are followed as they stand: moved, or deleted at work', async () => {
  const work = patient();
  const { cells, log } = fourCells({ b: work });
  let now = cells;
  const all = new RunThrough(() => now).from(cells[1]);
  now = [cells[2], cells[1], cells[3]];
  work.end(true);
  await all;
  expect(log).toEqual(['b', 'd']);

  const again = new RunThrough(() => now).from(cells[1]);
  now = [cells[2], cells[3]];
  work.end(true);
  await again;
  expect(log).toEqual(['b', 'd', 'b']);
});

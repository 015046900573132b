import { beforeAll, expect, test } from 'vitest';
import { selectRows } from './keyValueCache.ts';
import { loadRuntime, type Runtime, type Tensors } from './onnxRuntime.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await loadRuntime('cpu');
});

/** Rows of 2 heads, 3 positions, width 1: 10·row + 3·head + position. */
function cacheOf(rows: number): Tensors {
  const values = Float32Array.from({ length: rows * 6 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
  return { '0.key': new runtime.Tensor('float32', values, [rows, 2, 3, 1]) };
}

const row = (i: number) => [0, 1, 2, 3, 4, 5].map((at) => 10 * i + at);

test('rows that go on move together where they lie, in one array', async () => {
  const cache = cacheOf(5);
  const { data } = cache['0.key'];
  const selected = (await selectRows(runtime, cache, [0, 2, 4], 3))['0.key'];
  expect(selected.dims).toEqual([3, 2, 3, 1]);
  expect([...(selected.data as Float32Array)]).toEqual([0, 2, 4].flatMap(row));
  expect((selected.data as Float32Array).buffer).toBe((data as Float32Array).buffer);
});

test.each([
  ['a row taken twice', [1, 1]],
  ['rows in another order', [2, 0]],
])('%s', async (_, rows) => {
  const selected = (await selectRows(runtime, cacheOf(3), rows, 3))['0.key'];
  expect([...(selected.data as Float32Array)]).toEqual(rows.flatMap(row));
});

test('rows that get room for more positions', async () => {
  const selected = (await selectRows(runtime, cacheOf(2), [0, 1], 4))['0.key'];
  expect(selected.dims).toEqual([2, 2, 4, 1]);
  expect([...(selected.data as Float32Array)]).toEqual([
    0, 1, 2, 0, 3, 4, 5, 0, 10, 11, 12, 0, 13, 14, 15, 0,
  ]);
});

import { expect, test } from 'vitest';
import type { Episode } from './lerobotEpisodes.ts';
import type { Info } from './lerobotInfo.ts';
import { statesOf } from './lerobotRows.ts';
import { ParquetSource } from './parquetSource.ts';
import { parquetFile, type Column } from './parquetTable.ts';

const LENGTHS = [3, 5, 4];
const FROM = 100;
const info = { features: { state: { shape: [2] } } } as unknown as Info;
const features = ['state'];

function file(further: Column[] = []): Promise<ParquetSource> {
  const owners = LENGTHS.flatMap((length, k) => Array<number>(length).fill(k));
  const frames = LENGTHS.flatMap((length) => Array.from({ length }, (_, i) => i));
  const columns: Column[] = [
    { name: 'episode_index', kind: 'int64', rows: owners },
    { name: 'frame_index', kind: 'int64', rows: frames },
    { name: 'index', kind: 'int64', rows: owners.map((_, i) => FROM + i) },
    { name: 'state', kind: 'floats', rows: owners.map((_, i) => [i, -i]) },
    ...further,
  ];
  return ParquetSource.open(new Blob([parquetFile(columns, { rowGroups: [4, 8] })]), 'a.parquet');
}

const episodes = (lengths = LENGTHS) => {
  let from = FROM;
  return lengths.map((length, index) => ({ index, length, from: (from += length) - length }) as Episode);
};

test.each([1, 8, 100])('episodes, by %i rows at once, come with the rows that are checked', async (most) => {
  const source = await file([
    { name: 'timestamp', kind: 'float', rows: LENGTHS.flatMap((n) => [0, 0.5, 1, 1.5, 2].slice(0, n)) },
    { name: 'task_index', kind: 'int64', rows: LENGTHS.flatMap((n, k) => Array<number>(n).fill(7 + k)) },
  ]);
  const found = [];
  for await (const { episode, columns, rows } of statesOf(source, episodes(), info, features, most))
    found.push([
      episode.index,
      [...columns.state.values],
      rows.start,
      rows.nextOwner,
      [...rows.timestamp!],
      [...rows.task_index!],
    ]);
  expect(found).toEqual([
    [0, [0, -0, 1, -1, 2, -2], 0, 1, [0, 0.5, 1], [7, 7, 7]],
    [1, [3, -3, 4, -4, 5, -5, 6, -6, 7, -7], 3, 2, [0, 0.5, 1, 1.5, 2], [8, 8, 8, 8, 8]],
    [2, [8, -8, 9, -9, 10, -10, 11, -11], 8, undefined, [0, 0.5, 1, 1.5], [9, 9, 9, 9]],
  ]);
});

test('columns that a file lacks are not there, a frame that it lacks is named', async () => {
  const read = async (lengths?: number[]) => {
    const found = [];
    for await (const { rows } of statesOf(await file(), episodes(lengths), info, features)) found.push(rows);
    return found;
  };
  expect((await read()).map((rows) => Object.keys(rows))).toEqual(LENGTHS.map(() => ['start', 'nextOwner']));
  await expect(read([3, 5, 6])).rejects.toThrow('a.parquet: lacks frame 4 of episode 2');
});

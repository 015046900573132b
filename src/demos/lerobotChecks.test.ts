import { beforeAll, describe, expect, test } from 'vitest';
import { fixture, given, unzipped, type Files } from '../../test/fixtures/fixture.ts';
import { checkIndex, checkRows, videoRemarks } from './lerobotChecks.ts';
import type { Episode } from './lerobotEpisodes.ts';
import type { Info } from './lerobotInfo.ts';
import { StatisticsCheck } from './lerobotStats.ts';
import { openFiles } from './openBundle.ts';
import { ParquetSource } from './parquetSource.ts';
import { parquetFile } from './parquetTable.ts';

const open = (files: Files) => openFiles(given(files), 'x');

describe('rows of an episode', () => {
  const episode = { index: 3, length: 4 } as Episode;
  const check = (change: (times: Float32Array) => void = () => {}, { fps = 10, nextOwner = 4 } = {}) => {
    const timestamp = Float32Array.of(0, 0.1, 0.2, 0.3);
    change(timestamp);
    checkRows('a.parquet', episode, { start: 20, nextOwner, timestamp }, fps);
  };

  test('at the frame rate pass, and without time stamps too', () => {
    expect(() => check()).not.toThrow();
    expect(() => checkRows('a.parquet', episode, { start: 20 }, 10)).not.toThrow();
  });

  test('of another second, another frame rate, or beyond the length are refused', () => {
    expect(() => check((times) => (times[2] = 0.21))).toThrow(
      'a.parquet: row 22 is of second 0.21, where frame 2 at 10 frames a second is due',
    );
    expect(() => check(undefined, { fps: 14 })).toThrow('a frame every 0.1000 s where info.json says 14');
    expect(() => check(undefined, { nextOwner: 3 })).toThrow('has more rows of episode 3 than the 4');
  });

  test('are counted on without a gap, in whatever pieces they are read', async () => {
    const checked = async (rows: number[], rowsAtOnce: number) => {
      const file = new Blob([parquetFile([{ name: 'index', kind: 'int64', rows }])]);
      await checkIndex(await ParquetSource.open(file, 'a.parquet'), rowsAtOnce);
    };
    for (const pieces of [1, 3, 100]) {
      await checked([7, 8, 9], pieces);
      await checked([7, 8, 13, 14, 15, 16], pieces);
      await expect(checked([7, 8, 13, 10], pieces)).rejects.toThrow(
        'a.parquet: row 2 has 13 in index, not 9',
      );
    }
  });
});

describe('statistics', () => {
  const values = Float64Array.of(1, 10, 2, 20, 3, 33);
  const said = { min: [1, 10], max: [3, 33], mean: [2, 21] };
  const check = (stats: typeof said, episodes = 6) => {
    const all = new StatisticsCheck(
      new Map(Array.from({ length: episodes }, (_, k) => [k, { s: k ? said : stats }])),
    );
    for (let k = 0; k < episodes; k++) all.add('a.parquet', k, { s: { width: 2, values } });
    return all;
  };

  test('as the rows are pass; where there are none, nothing was compared', () => {
    expect(check(said).remarks()).toEqual([]);
    expect(check(said).any).toBe(true);
    const none = new StatisticsCheck(new Map());
    none.add('a.parquet', 0, { s: { width: 2, values } });
    expect([none.any, none.remarks()]).toEqual([false, []]);
  });

  test('that part in one place are refused, that part everywhere are remarked on', () => {
    expect(() => check({ ...said, mean: [2.01, 21] }).remarks()).toThrow(
      'a.parquet: has 2.00000 as the mean of s[0] in episode 0 where its statistics say 2.01',
    );
    expect(
      check({ min: [0, 0], max: [9, 9], mean: [5, 5] }, 1)
        .remarks()
        .join(),
    ).toContain('not those of their rows');
  });
});

describe('a dataset', () => {
  let good: Files;
  beforeAll(async () => {
    good = await unzipped(fixture('lerobot_v21.zip'));
  });
  const changed = (path: string, from: string, to: string) => {
    const text = new TextDecoder().decode(good[path]);
    expect(text).toContain(from);
    return open({ ...good, [path]: new TextEncoder().encode(text.replace(from, to)) });
  };
  const remarks = async (path: string, from: string, to: string) =>
    (await changed(path, from, to)).remarks.join();

  test('as it was written says only what has no checksum', async () => {
    const { remarks } = await open(good);
    expect(remarks.filter((remark) => /damage/.test(remark))).toEqual([
      'Held against checksums: pictures (PNG). Nothing else in these files has one: damage to the calibration would go unnoticed. A zip of them has checksums.',
    ]);
  });

  test('whose numbers, lengths or statistics were changed is refused', async () => {
    await expect(changed('meta/info.json', '"fps": 10', '"fps": 18')).rejects.toThrow('info.json says 18');
    await expect(changed('meta/episodes.jsonl', '"length": 5', '"length": 4')).rejects.toThrow(
      'has more rows of episode 0 than the 4',
    );
    await expect(changed('meta/episodes_stats.jsonl', '"max": [0.', '"max": [7.')).rejects.toThrow(
      'as the max of observation.state[0] in episode 0',
    );
  });

  test('keeps tasks apart in whatever script, and is refused where one says nothing', async () => {
    const { demonstrations } = await changed('meta/episodes.jsonl', 'Stack the blocks', '把积木叠起来 42');
    expect(demonstrations.map(({ task }) => task)).toEqual([
      '把积木叠起来_42',
      'open_the_drawer',
      'stack_the_blocks',
    ]);
    await expect(changed('meta/episodes.jsonl', 'Stack the blocks', ' ')).rejects.toThrow(
      'meta/episodes.jsonl: gives no task for episode 0',
    );
  });

  test('whose words or counts disagree is told of', async () => {
    expect(await remarks('meta/episodes.jsonl', 'Stack', 'Stick')).toContain(
      'The rows of episode 0 are of task 0, "Stack the blocks", the list of episodes says "Stick the blocks"',
    );
    expect(await remarks('meta/info.json', '"total_frames": 15', '"total_frames": 17')).toContain(
      'counts 17 frames, the dataset has 15',
    );
    expect(await remarks('meta/info.json', '[3, 8, 8]', '[3, 8, 9]')).toContain(
      'info.json says 9 x 8 of top, its pictures are 8 x 8',
    );
  });
});

test('a video that is described otherwise than its feature is told of', () => {
  const about = (info: object) =>
    videoRemarks({
      fps: 10,
      features: { 'observation.images.top': { dtype: 'video', shape: [480, 640, 3], info } },
    } as unknown as Info);
  expect(about({ 'video.fps': 10, 'video.height': 480, 'video.width': 640 })).toEqual([]);
  expect(about({ 'video.fps': 30, 'video.height': 481 }).join()).toContain(
    'video.fps 30, video.height 481 beside 10',
  );
});

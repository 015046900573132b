import { expect, test } from 'vitest';
import { columnStats } from './columnStats.ts';
import { PictureCounts } from './pictureStats.ts';

test('statistics are of the stored numbers, quantiles as numpy.quantile gives them', () => {
  const rows = [3, 1, 2, 10].map((value) => [value, 0.1]);
  const { state } = columnStats([{ name: 'state', kind: 'floats', rows }]);
  const stored = Math.fround(0.1);
  expect(state).toEqual({
    min: [1, stored],
    max: [10, stored],
    mean: [4, stored],
    std: [Math.sqrt(50 / 4), 0],
    count: [4],
    // numpy.quantile([1, 2, 3, 10], [.01, .1, .5, .9, .99])
    q01: [1.03, stored].map(near),
    q10: [1.3, stored].map(near),
    q50: [2.5, stored].map(near),
    q90: [7.9, stored].map(near),
    q99: [9.79, stored].map(near),
  });
});

test('pictures count by channel from 0 to 1, alone and together', () => {
  const [one, other] = [new PictureCounts(), new PictureCounts()];
  one.add({ width: 2, height: 1, data: [0, 51, 255, 255, 51, 255] });
  other.add({ width: 2, height: 1, data: [0, 51, 0, 0, 51, 0] });
  one.addAll(other);
  const { min, max, mean, std, count, q50, q90 } = one.describe();
  expect({ min, max, mean, count, q50 }).toEqual({
    min: [[[0]], [[0.2]], [[0]]],
    max: [[[1]], [[0.2]], [[1]]],
    mean: [[[0.25]], [[0.2]], [[0.5]]],
    count: [2],
    q50: [[[0]], [[0.2]], [[0.5]]],
  });
  expect(std).toEqual([[[near(Math.sqrt(3) / 4)]], [[0]], [[0.5]]]);
  expect(q90).toEqual([[[near(0.7)]], [[0.2]], [[1]]]);
});

const near = (value: number) => expect.closeTo(value, 12) as number;

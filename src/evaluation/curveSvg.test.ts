import { expect, test } from 'vitest';
import { curveSvg } from './curveSvg.ts';

const points = (svg: string) =>
  [...svg.matchAll(/<polyline points="([^"]+)"/g)].map(([, list]) => list.split(' '));

test('draws every seed and the mean of the steps that all have', () => {
  const svg = curveSvg([
    {
      label: 'held out',
      colour: '#0055aa',
      dots: true,
      seeds: [
        [
          [0, 0],
          [10, 1],
        ],
        [
          [0, 0.5],
          [10, 0.5],
          [20, 0.5],
        ],
      ],
    },
  ]);
  const [first, second, mean] = points(svg);
  expect([first.length, second.length, mean.length]).toEqual([2, 3, 2]);
  const height = (point: string) => Number(point.split(',')[1]);
  expect(height(mean[0])).toBeCloseTo((height(first[0]) + height(second[0])) / 2, 1);
  expect(svg.match(/<circle/g)).toHaveLength(2);
});

test('a noisy line is smoothed, a level one stays level', () => {
  const level = Array.from({ length: 12 }, (_, i): [number, number] => [i + 1, 0.5]);
  const noisy = level.map(([step], i): [number, number] => [step, i % 2]);
  const draw = (seed: [number, number][]) =>
    points(curveSvg([{ label: 'a', colour: 'red', dots: false, seeds: [seed] }]))[1];
  const heights = (list: string[]) => list.map((point) => Number(point.split(',')[1]));
  expect(new Set(heights(draw(level))).size).toBe(1);
  const middle = heights(draw(noisy)).slice(2, -2);
  expect(Math.max(...middle) - Math.min(...middle)).toBeLessThan(0.25 * 276);
});

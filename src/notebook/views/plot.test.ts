import { expect, test } from 'vitest';
import { plotOf } from './plot.ts';
import type { Series } from './series.ts';

const rising: Series = { label: 'reward', colour: '--reward', x: [1, 2, 10], y: [0, NaN, 1] };

test('steps lie from left to right, values from bottom to top', () => {
  const plot = plotOf([rising], 300, 150, [0, 1]);
  expect(plot.x(0)).toBe(plot.area.left);
  expect(plot.x(10)).toBe(plot.area.right);
  expect([plot.y(0), plot.y(1)]).toEqual([plot.area.bottom, plot.area.top]);
  expect(plot.stepAt(plot.x(7))).toBeCloseTo(7, 10);
  expect(plot.lines[0].path).toMatch(/^M[\d.]+ 128\.0L290\.0 8\.0$/);
});

test('whiskers count for the range, and points of one step keep apart', () => {
  const held = { colour: '--ink', x: [0], y: [0.5], low: [0.3], high: [0.9] };
  const plot = plotOf(
    [
      { ...held, label: 'greedy' },
      { ...held, label: 'sampled' },
    ],
    300,
    150,
  );
  expect(plot.points[0].high).toBeGreaterThan(plot.area.top);
  expect(plot.points[0].low).toBeLessThan(plot.area.bottom);
  expect(plot.points[1].x - plot.points[0].x).toBe(7);
});

test('after one step a curve is a point, after two a line', () => {
  const plot = (y: number[]) => plotOf([{ ...rising, x: y.map((_, i) => i + 1), y }], 300, 150, [0, 1]);
  const { points } = plot([0.5]);
  expect(points).toEqual([{ colour: '--reward', x: plot([0.5]).x(1), y: 68, low: 68, high: 68 }]);
  expect(plot([NaN, 0.5]).points).toHaveLength(1);
  expect(plot([0.5, 0.5]).points).toEqual([]);
});

test('a curve without values is empty, from 0 to 1', () => {
  const plot = plotOf([{ ...rising, x: [], y: [] }], 300, 150);
  expect(plot.lines[0].path).toBe('');
  expect(plot.values.map(({ words }) => words)).toEqual(['0.0', '0.5', '1.0']);
});

test('ten thousand steps are drawn as at most two points a pixel', () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i + 1);
  const plot = plotOf([{ ...rising, x, y: x.map((s) => Math.sin(s)) }], 300, 150);
  expect(plot.lines[0].path.split('L').length).toBeLessThanOrEqual(2 * (300 - 56) + 2);
});

import { expect, test } from 'vitest';
import { decimate } from './decimate.ts';

const steps = Array.from({ length: 10_000 }, (_, i) => i + 1);

test('a short curve stays as it is, without its gaps', () => {
  expect(decimate([1, 2, 3], [5, NaN, 7], 2)).toEqual([0, 2]);
  expect(decimate([], [], 2)).toEqual([]);
});

test('of ten thousand values at most two a column stay, no spike among the lost', () => {
  const y = steps.map((s) => Math.sin(s / 300));
  [y[1234], y[7777]] = [9, -9];
  const kept = decimate(steps, y, 300);
  expect(kept.length).toBeLessThanOrEqual(602);
  expect(kept).toContain(1234);
  expect(kept).toContain(7777);
  expect([kept[0], kept.at(-1)]).toEqual([0, 9999]);
  expect(kept.every((place, i) => i === 0 || place > kept[i - 1])).toBe(true);
});

test('a value that is not finite is never kept', () => {
  const y = steps.map((s) => (s % 3 === 0 ? NaN : s));
  expect(decimate(steps, y, 100).every((place) => Number.isFinite(y[place]))).toBe(true);
});

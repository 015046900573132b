import { expect, test } from 'vitest';
import { meanInterval, proportionOfShares, studentT, wilson } from './intervals.ts';

// 81 of 263 is the worked example of Newcombe 1998 (his method 3); the others come from the formula in Python.
test.each([
  [81, 263, 0.2553, 0.3662],
  [0, 10, 0, 0.2775],
  [15, 148, 0.0624, 0.1605],
])('Wilson: %i of %i', (x, n, low, high) => {
  const found = wilson(x, n);
  expect(found.value).toBe(x / n);
  expect(found.low).toBeCloseTo(low, 4);
  expect(found.high).toBeCloseTo(high, 4);
});

test('of no questions nothing is known', () => {
  expect(wilson(0, 0)).toEqual({ value: NaN, n: 0, low: 0, high: 1 });
  expect(proportionOfShares([])).toEqual({ value: NaN, n: 0, low: 0, high: 1 });
});

test('whole shares give Wilson on about as many questions', () => {
  const shares = Array.from({ length: 300 }, (_, i) => (i < 180 ? 1 : 0));
  const found = proportionOfShares(shares);
  const whole = wilson(180, 300);
  expect(found).toMatchObject({ value: 0.6, n: 300 });
  expect(found.low).toBeCloseTo(whole.low, 3);
  expect(found.high).toBeCloseTo(whole.high, 3);
});

test('shares that agree are known better than whole ones, never outside [0, 1]', () => {
  const width = (shares: number[]) => proportionOfShares(shares).high - proportionOfShares(shares).low;
  const half = Array.from({ length: 100 }, (_, i) => (i % 2 ? 0.25 : 0.75));
  const whole = half.map(Math.round);
  expect(width(half)).toBeLessThan(0.6 * width(whole));
  const certain = proportionOfShares(Array.from({ length: 50 }, () => 1));
  expect(certain).toMatchObject({ value: 1, high: 1 });
  expect(certain.low).toBeCloseTo(wilson(50, 50).low, 10);
});

// From scipy.stats.t.
test.each([
  [2, 4.3027],
  [11, 2.201],
  [12, 2.1788],
  [20, 2.086],
  [50, 2.0086],
  [299, 1.9679],
])('Student t of %i', (df, value) => {
  expect(studentT(df)).toBeCloseTo(value, 3);
});

test('a mean has a t interval', () => {
  const found = meanInterval([1, 0, 0, -1, 1, 1, 0, 0, 1, 0]);
  expect(found.value).toBeCloseTo(0.3);
  expect(found.low).toBeCloseTo(-0.18287, 3);
  expect(found.high).toBeCloseTo(0.78287, 3);
  expect(meanInterval([0.4])).toEqual({ value: 0.4, n: 1, low: -Infinity, high: Infinity });
});

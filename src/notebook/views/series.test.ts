import { expect, test } from 'vitest';
import { describeSeries, keyed, placeOf, valueAt, type Series } from './series.ts';

const series: Series = { label: 'kl', colour: '--ink', x: [2, 4, 8], y: [NaN, 0.12345, 3] };

test('places by halving', () => {
  expect([1, 2, 3, 8, 99].map((step) => placeOf(series.x, step))).toEqual([-1, 0, 0, 2, 2]);
  expect(placeOf([], 1)).toBe(-1);
});

test('a step between two has no value', () => {
  expect([2, 4, 5, 8].map((step) => valueAt(series, step))).toEqual([NaN, 0.12345, NaN, 3]);
});

test('the sentence names first and last known value', () => {
  expect(describeSeries('KL', [series])).toBe('KL: kl from 0.123 at step 4 to 3 at step 8');
  expect(describeSeries('KL', [{ ...series, y: [NaN, NaN, NaN] }])).toBe('KL: no steps yet');
});

test('a key lists a label once', () => {
  const other = { ...series, label: 'other' };
  expect(keyed([series, { ...series, low: [], high: [] }, other])).toEqual([series, other]);
});

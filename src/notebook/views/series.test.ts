import { expect, test } from 'vitest';
import {
  describeSeries,
  describeStep,
  keyed,
  nearestStep,
  placeOf,
  stepBeside,
  stepRange,
  valueAt,
  type Series,
} from './series.ts';

const series: Series = { label: 'kl', colour: '--ink', x: [2, 4, 8], y: [NaN, 0.12345, 3] };

test('places by halving', () => {
  expect([1, 2, 3, 8, 99].map((step) => placeOf(series.x, step))).toEqual([-1, 0, 0, 2, 2]);
  expect(placeOf([], 1)).toBe(-1);
});

test('a step between two has no value', () => {
  expect([2, 4, 5, 8].map((step) => valueAt(series, step))).toEqual([NaN, 0.12345, NaN, 3]);
});

test('from step to step, whichever series has it', () => {
  const held: Series = { label: 'held out', colour: '--ink', x: [0, 5], y: [1, 2] };
  const both = [series, held];
  const walk = (from: number, side: 'before' | 'after') => {
    const steps: number[] = [];
    for (let at: number | null = from; at !== null; at = stepBeside(both, at, side)) steps.push(at);
    return steps;
  };
  expect(walk(0, 'after')).toEqual([0, 2, 4, 5, 8]);
  expect(walk(8, 'before')).toEqual([8, 5, 4, 2, 0]);
  expect(stepRange(both)).toEqual({ first: 0, last: 8 });
  expect([-3, 3.1, 4.6, 99].map((wanted) => nearestStep(both, wanted))).toEqual([0, 4, 5, 8]);
  expect([stepRange([]), nearestStep([], 1), stepBeside([], 1, 'after')]).toEqual([null, null, null]);
});

test('a step in words', () => {
  const held: Series = { label: 'held out', colour: '--ink', x: [4], y: [0.5] };
  expect(describeStep([series, held], 4)).toBe('step 4: kl 0.123; held out 0.5');
  expect(describeStep([series, held], 2)).toBe('step 2: no value');
});

test('the sentence names first and last known value', () => {
  expect(describeSeries('KL', [series])).toBe('KL: kl from 0.123 at step 4 to 3 at step 8');
  expect(describeSeries('KL', [{ ...series, y: [NaN, NaN, NaN] }])).toBe('KL: no steps yet');
});

test('a key lists a label once', () => {
  const other = { ...series, label: 'other' };
  expect(keyed([series, { ...series, low: [], high: [] }, other])).toEqual([series, other]);
});

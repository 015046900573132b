import { expect, test } from 'vitest';
import { alignSeries, describeSeries } from './chartData.ts';

const rollouts = { label: 'rollouts', colour: '', x: [1, 2, 3], y: [0.5, NaN, 0.75] };
const heldOut = { label: 'held out', colour: '', x: [0, 2], y: [0.25, 0.5] };

test('series share one axis, with gaps where one has no value or a broken one', () => {
  expect(alignSeries([rollouts, heldOut])).toEqual([
    [0, 1, 2, 3],
    [null, 0.5, null, 0.75],
    [0.25, null, 0.5, null],
  ]);
  expect(alignSeries([])).toEqual([[]]);
});

test('a curve is told in words', () => {
  expect(describeSeries('Accuracy', [heldOut])).toBe(
    'Accuracy: held out from 0.25 at step 0 to 0.5 at step 2',
  );
  expect(describeSeries('Accuracy', [])).toBe('Accuracy: no steps yet');
});

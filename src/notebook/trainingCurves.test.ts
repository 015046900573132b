import { expect, test } from 'vitest';
import type { StepRecord } from '../training/stepRecord.ts';
import { metricSeries, selectableMetrics } from './trainingCurves.ts';

const step = (n: number, metrics: Record<string, number>): StepRecord => ({
  step: n,
  metrics,
  groups: [],
  seconds: 1,
});
const steps = [step(1, { reward: 1, zeta: 2, grad_norm: 0.5 }), step(2, { reward: 1.5, alpha: 3 })];

test('a metric that a step lacks is a gap', () => {
  expect(metricSeries(steps, 'grad_norm')).toMatchObject({ x: [1, 2], y: [0.5, null] });
});

test('telling metrics come first, those with a curve of their own not at all', () => {
  expect(selectableMetrics(steps)).toEqual(['grad_norm', 'alpha', 'zeta']);
});

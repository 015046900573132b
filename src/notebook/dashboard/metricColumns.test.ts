import { expect, test } from 'vitest';
import type { CurveStep } from '../../runs/curves.ts';
import { MetricColumns, TOKENS_PER_SECOND } from './metricColumns.ts';

const step = (n: number, metrics: Record<string, number>): CurveStep => ({ step: n, seconds: 2, metrics });

test('a metric that a step lacks is a gap, before and after', () => {
  const columns = new MetricColumns().read([step(1, { a: 1 }), step(2, { b: 2 }), step(3, { a: 3 })]);
  expect(columns.steps).toEqual([1, 2, 3]);
  expect(columns.column('a')).toEqual([1, NaN, 3]);
  expect(columns.column('b')).toEqual([NaN, 2, NaN]);
  expect(columns.column('c')).toEqual([]);
});

test('tokens a second are those of the step', () => {
  const columns = new MetricColumns().read([step(1, { num_tokens: 100 }), step(2, { num_tokens: 400 })]);
  expect(columns.column(TOKENS_PER_SECOND)).toEqual([50, 150]);
});

test('grows by what is new, and starts again for another run', () => {
  const grown = new MetricColumns();
  const first = [step(1, { a: 1 })];
  const before = grown.read(first).column('a');
  expect(grown.read([...first, step(2, { a: 2 })]).column('a')).toBe(before);
  expect(before).toEqual([1, 2]);
  expect(grown.read([step(1, { a: 7 }), step(2, { a: 8 })]).column('a')).toEqual([7, 8]);
  expect(grown.read([]).steps).toEqual([]);
});

import { expect, test } from 'vitest';
import type { SavedEvaluation } from '../../runs/run.ts';
import { CHARTS, SFT_CHARTS, chartSeries, otherMetrics, type ChartRun } from './charts.ts';
import { MetricColumns } from './metricColumns.ts';

const metrics = { reward: 1, 'rewards/accuracy/mean': 0.5, zeta: 2, alpha: 3 };
const columns = new MetricColumns().read([{ step: 1, seconds: 1, metrics }]);
const share = { value: 0.5, low: 0.4, high: 0.6, n: 8 };
const report = { accuracy: share, sampled_accuracy: { ...share, value: 0.3 }, format: share };
const evaluations = [{ step: 0, report }] as SavedEvaluation[];
const run = (name: string): ChartRun => ({ name, columns, evaluations });
const accuracy = CHARTS.find(({ title }) => title === 'Accuracy')!;

test('a dozen, none twice', () => {
  expect(CHARTS).toHaveLength(12);
  expect(new Set(CHARTS.map(({ title }) => title)).size).toBe(12);
});

test('what no chart shows is offered by name', () => {
  expect(otherMetrics(columns, CHARTS)).toEqual(['alpha', 'zeta']);
});

test('the blind control is no point of the held-out curve', () => {
  const blind = [...evaluations, { step: 0, report: { ...report, blind: true } }] as SavedEvaluation[];
  const [, sampled] = chartSeries(accuracy, [{ ...run('a'), evaluations: blind }]);
  expect(sampled.x).toEqual([0]);
});

test('one run is told by concepts, with held-out accuracies and their intervals', () => {
  expect(chartSeries(accuracy, [run('a')])).toMatchObject([
    { label: 'rollouts', colour: '--reward', y: [0.5] },
    { label: 'held out, sampled', y: [0.3], low: [0.4] },
    { label: 'held out, greedy', y: [0.5] },
  ]);
});

test('several runs are told by name, each with a look of its own', () => {
  const series = chartSeries(accuracy, [run('a'), run('b'), run('c')]);
  expect(series.map(({ label }) => label)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  expect(new Set(series.map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(3);
});

test('supervised fine-tuning shows its loss, and of answers the held-out ones only', () => {
  expect(SFT_CHARTS.map(({ title }) => title)).toEqual([
    'Loss',
    'Accuracy',
    'Format',
    'Entropy',
    'Gradient norm',
    'Learning rate',
    'Tokens a second',
    'Memory of the learner',
  ]);
  const heldOut = SFT_CHARTS.find(({ title }) => title === 'Accuracy')!;
  expect(chartSeries(heldOut, [run('a')]).map(({ label }) => label)).toEqual([
    'held out, sampled',
    'held out, greedy',
  ]);
  expect(chartSeries(heldOut, [run('a'), run('b')]).map(({ label }) => label)).toEqual(['a', 'b']);
});

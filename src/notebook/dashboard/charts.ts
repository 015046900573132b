/** Which curves a dashboard shows, and what is drawn into each. */
import type { RunCurves } from '../../runs/curves.ts';
import type { Series } from '../views/series.ts';
import { TOKENS_PER_SECOND, type Columns } from './metricColumns.ts';
import { OVERLAYS } from './overlays.ts';

export interface Chart {
  title: string;
  /** Metrics under TRL's names, perf/ as in verl; their lines in this order. */
  metrics: { name: string; label: string; colour: string; dash?: string }[];
  /** The held-out measure that belongs to it. */
  heldOut?: { measure: 'accuracy' | 'format'; sampled: boolean };
  range?: [number, number];
  /** Why a run may lack it. */
  absent: string;
}

const one = (name: string, label: string, colour = '--ink') => [{ name, label, colour }];
const NOT_MADE = 'No step has made an update yet.';

/** The dozen that tell how a run of GRPO goes. */
export const CHARTS: Chart[] = [
  { title: 'Reward', metrics: one('reward', 'mean reward', '--reward'), absent: 'No steps yet.' },
  {
    title: 'Accuracy',
    metrics: one('rewards/accuracy/mean', 'rollouts', '--reward'),
    heldOut: { measure: 'accuracy', sampled: true },
    range: [0, 1],
    absent: 'No steps yet.',
  },
  {
    title: 'Format',
    metrics: one('rewards/format/mean', 'rollouts', '--reward'),
    heldOut: { measure: 'format', sampled: false },
    range: [0, 1],
    absent: 'No steps yet.',
  },
  { title: 'Response length', metrics: one('completions/mean_length', 'tokens'), absent: 'No steps yet.' },
  {
    title: 'Spread of the reward',
    metrics: one('reward_std', 'reward_std', '--reward'),
    absent: 'No steps yet.',
  },
  {
    title: 'Groups without variance',
    metrics: one('frac_reward_zero_std', 'frac_reward_zero_std'),
    range: [0, 1],
    absent: 'No steps yet.',
  },
  {
    title: 'KL to the base model',
    metrics: one('kl', 'kl'),
    absent: 'Measured only where beta is above 0.',
  },
  { title: 'Entropy', metrics: one('entropy', 'nats a token'), absent: NOT_MADE },
  {
    title: 'Clip ratio',
    metrics: [
      { name: 'clip_ratio/high_mean', label: 'above', colour: '--ink' },
      { name: 'clip_ratio/low_mean', label: 'below', colour: '--ink-soft', dash: '5 4' },
    ],
    absent: 'This loss clips nothing, or no step has made an update yet.',
  },
  { title: 'Gradient norm', metrics: one('grad_norm', 'grad_norm'), absent: NOT_MADE },
  { title: 'Tokens a second', metrics: one(TOKENS_PER_SECOND, 'tokens/s'), absent: 'No steps yet.' },
  {
    title: 'Memory of the learner',
    metrics: one('perf/max_memory_allocated_gb', 'GB'),
    absent: 'This run or this device does not say.',
  },
];

/** What supervised fine-tuning has: no rollouts, so no rewards; its answers are the held-out ones. */
export const SFT_CHARTS: Chart[] = [
  { title: 'Loss', metrics: one('loss', 'nats a token'), absent: NOT_MADE },
  {
    title: 'Accuracy',
    metrics: [],
    heldOut: { measure: 'accuracy', sampled: true },
    range: [0, 1],
    absent: 'No held-out question has been asked yet.',
  },
  {
    title: 'Format',
    metrics: [],
    heldOut: { measure: 'format', sampled: false },
    range: [0, 1],
    absent: 'No held-out question has been asked yet.',
  },
  ...CHARTS.filter(({ title }) => ['Entropy', 'Gradient norm'].includes(title)),
  { title: 'Learning rate', metrics: one('learning_rate', 'learning_rate'), absent: NOT_MADE },
  ...CHARTS.filter(({ title }) => ['Tokens a second', 'Memory of the learner'].includes(title)),
];

/** The metrics that none of the charts shows, by name. */
export function otherMetrics({ names }: Columns, charts: Chart[]): string[] {
  const shown = new Set(charts.flatMap(({ metrics }) => metrics.map(({ name }) => name)));
  return names.filter((name) => !shown.has(name)).sort();
}

export function otherChart(name: string): Chart {
  return { title: name, metrics: one(name, name), absent: 'This run has no such number.' };
}

export interface ChartRun {
  name: string;
  columns: Columns;
  evaluations: RunCurves['evaluations'];
}

/** A run alone is told by concepts; of several each has its own look, and its name where the label was. */
export function chartSeries(chart: Chart, runs: ChartRun[]): Series[] {
  if (runs.length === 1) return [...trained(chart, runs[0]), ...heldOut(chart, runs[0])];
  return runs.flatMap((run, i) => {
    const look = i === 0 ? { colour: '--ink' } : OVERLAYS[i - 1];
    const lines = [...trained(chart, run).slice(0, 1), ...heldOut(chart, run).slice(0, 1)];
    return lines.map((line) => ({ ...line, dash: undefined, ...look, label: run.name }));
  });
}

function trained({ metrics }: Chart, { columns }: ChartRun): Series[] {
  return metrics.map(({ name, label, colour, dash }) => ({
    label,
    colour,
    dash,
    x: columns.steps,
    y: columns.column(name),
  }));
}

function heldOut({ heldOut }: Chart, run: ChartRun): Series[] {
  const evaluations = run.evaluations.filter(({ report }) => !report.blind);
  if (!heldOut || !evaluations.length) return [];
  const greedy = series(evaluations, heldOut.measure, 'held out, greedy', '--ink-soft', '5 4');
  return heldOut.sampled
    ? [series(evaluations, 'sampled_accuracy', 'held out, sampled', '--ink'), greedy]
    : [greedy];
}

function series(
  evaluations: RunCurves['evaluations'],
  measure: 'accuracy' | 'sampled_accuracy' | 'format',
  label: string,
  colour: string,
  dash?: string,
): Series {
  const shares = evaluations.map(({ report }) => report[measure]);
  return {
    label,
    colour,
    dash,
    x: evaluations.map(({ step }) => step),
    y: shares.map(({ value }) => value),
    low: shares.map(({ low }) => low),
    high: shares.map(({ high }) => high),
  };
}

/** What the curves show: metrics of the steps and held-out evaluations, as series. */
import type { EvaluationReport } from '../evaluation/report.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { Series } from './views/chartData.ts';

interface Evaluated {
  step: number;
  report: EvaluationReport;
}

export function metricSeries(steps: StepRecord[], name: string, label = name, colour = '--ink'): Series {
  return { label, colour, x: steps.map((s) => s.step), y: steps.map((s) => s.metrics[name] ?? null) };
}

export function heldOutSeries(
  evaluations: Evaluated[],
  measure: 'accuracy' | 'sampled_accuracy' | 'format',
  label: string,
  look: { colour: string; dashed?: boolean },
): Series {
  const shares = evaluations.map(({ report }) => report[measure]);
  return {
    label,
    ...look,
    x: evaluations.map((e) => e.step),
    y: shares.map((s) => s.value),
    low: shares.map((s) => s.low),
    high: shares.map((s) => s.high),
  };
}

/** What the reader may look into beside reward, accuracy and format; the most telling first. */
const FAVOURITES = [
  'completions/mean_length',
  'kl',
  'grad_norm',
  'entropy',
  'policy_loss',
  'sampling/sampling_logp_difference/mean',
  'frac_reward_zero_std',
  'reward_std',
];
const SHOWN_ELSEWHERE = ['reward', 'rewards/accuracy/mean', 'rewards/format/mean'];

export function selectableMetrics(steps: StepRecord[]): string[] {
  const names = new Set(steps.flatMap((s) => Object.keys(s.metrics)));
  for (const name of SHOWN_ELSEWHERE) names.delete(name);
  const first = FAVOURITES.filter((name) => names.delete(name));
  return [...first, ...[...names].sort()];
}

/** The trainings compared, as curves: each has the look that a dashboard gives to runs laid over one another. */
import { OVERLAYS } from '../dashboard/overlays.ts';
import type { Series } from '../views/series.ts';
import type { Compared } from './compare.svelte.ts';

const look = (i: number) => (i === 0 ? { colour: '--ink' } : OVERLAYS[(i - 1) % OVERLAYS.length]);

/** Accuracy under sampling of the held-out questions, with intervals. */
export function heldOutCurves(trainings: Compared[]): Series[] {
  return trainings.map(({ title, evaluations }, i) => {
    const shares = evaluations.map(({ report }) => report.sampled_accuracy);
    return {
      label: title,
      ...look(i),
      x: evaluations.map(({ step }) => step),
      y: shares.map(({ value }) => value),
      low: shares.map(({ low }) => low),
      high: shares.map(({ high }) => high),
    };
  });
}

/** Of those that roll out. */
export function rolloutCurves(trainings: Compared[]): Series[] {
  return trainings.flatMap(({ title, run, steps }, i) => {
    if (run.sft) return [];
    const y = steps.map(({ metrics }) => metrics['rewards/accuracy/mean'] ?? NaN);
    return [{ label: title, ...look(i), x: steps.map(({ step }) => step), y }];
  });
}

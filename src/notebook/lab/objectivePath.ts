/** The objective of one token as a curve over its ratio. */
import { tokenObjective, type ClipSettings } from './tokenObjective.ts';

export const RATIO_RANGE = { low: 0, high: 2.5 };

export interface Curve {
  points: { ratio: number; objective: number }[];
  /** Range of the objective, with 0 inside. */
  low: number;
  high: number;
}

/**
 * @param towardsOld log p of the base model - log p when sampled; null leaves the KL out.
 */
export function objectiveCurve(advantage: number, towardsOld: number | null, clip: ClipSettings): Curve {
  const { low, high } = RATIO_RANGE;
  // A KL grows without end towards 0: it would leave no room for the rest.
  const ratios = [clip.beta > 0 ? 0.1 : 0.02, 1 - clip.epsilon, 1 + clip.epsilon_high].filter(
    (r) => r > low && r < high,
  );
  for (let r = 0.1; r <= high + 1e-9; r += 0.05) ratios.push(r);
  const points = [...new Set(ratios)]
    .sort((a, b) => a - b)
    .map((ratio) => ({
      ratio,
      objective: tokenObjective(Math.log(ratio), 0, towardsOld, advantage, clip).objective,
    }));
  const values = points.map((p) => p.objective).filter(Number.isFinite);
  return { points, low: Math.min(-0.2, ...values), high: Math.max(0.2, ...values) };
}

/** Advantages of responses relative to their group, as TRL's GRPOTrainer computes them. */
import type { GrpoConfig } from './grpoConfig.ts';

/** TRL's guard against division by zero. */
const STD_FLOOR = 1e-4;
/** A standard deviation this small is rounding (torch.isclose). */
const ZERO = 1e-8;

/**
 * (r - mean of the group) / (std + 1e-4), with the standard deviation of the group or of the whole batch, or
 * undivided.
 * @param rewards one array of G rewards a group.
 */
export function groupAdvantages(rewards: number[][], scale: GrpoConfig['scale_rewards']): number[][] {
  const batchStd = standardDeviation(rewards.flat());
  return rewards.map((group) => {
    const centre = mean(group);
    const std = scale === 'batch' ? batchStd : standardDeviation(group);
    return group.map((r) => (scale === 'none' ? r - centre : (r - centre) / (std + STD_FLOOR)));
  });
}

/** All rewards of the group are equal: it teaches nothing. */
export function hasZeroVariance(group: number[]): boolean {
  return standardDeviation(group) <= ZERO;
}

export function mean(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

/** With Bessel's correction; 0 for fewer than two values. */
export function standardDeviation(values: number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1));
}

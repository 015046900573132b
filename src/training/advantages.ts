/** Advantages of responses from their rewards: GRPO as in TRL's GRPOTrainer, the others as in EasyR1's core_algos. */
import type { GrpoConfig } from './grpoConfig.ts';

/** As EasyR1's adv_estimator. */
export const ADVANTAGE_ESTIMATORS = ['grpo', 'rloo', 'reinforce_plus_plus'] as const;

/** TRL's guard against division by zero, and EasyR1's. */
const STD_FLOOR = 1e-4;
const VARIANCE_FLOOR = 1e-8;
/** A standard deviation this small is rounding (torch.isclose). */
const ZERO = 1e-8;

type Settings = Pick<GrpoConfig, 'advantage_estimator' | 'scale_rewards'>;

/** @param rewards one array of G rewards a group. @param lengths tokens of each response, alike. */
export function advantagesOf(rewards: number[][], lengths: number[][], settings: Settings): number[][] {
  switch (settings.advantage_estimator) {
    case 'grpo':
      return groupAdvantages(rewards, settings.scale_rewards);
    case 'rloo':
      return rewards.map(leaveOneOutAdvantages);
    case 'reinforce_plus_plus':
      return whitenedAdvantages(rewards, lengths);
  }
}

/**
 * (r - mean of the group) / (std + 1e-4), with the standard deviation of the group or of the whole batch, or
 * undivided.
 */
export function groupAdvantages(rewards: number[][], scale: GrpoConfig['scale_rewards']): number[][] {
  const batchStd = standardDeviation(rewards.flat());
  return rewards.map((group) => {
    const centre = mean(group);
    const std = scale === 'batch' ? batchStd : standardDeviation(group);
    return group.map((r) => (scale === 'none' ? r - centre : (r - centre) / (std + STD_FLOOR)));
  });
}

/** RLOO: r minus the mean of the group's other rewards. */
function leaveOneOutAdvantages(group: number[]): number[] {
  const sum = group.reduce((total, r) => total + r, 0);
  return group.map((r) => r - (sum - r) / (group.length - 1));
}

/**
 * REINFORCE++: every token returns its response's reward (gamma 1), and returns are whitened over all tokens of the
 * batch, so that a long response weighs more in mean and variance.
 */
function whitenedAdvantages(rewards: number[][], lengths: number[][]): number[][] {
  const weighed = rewards.flatMap((group, g) => group.map((r, i) => [r, lengths[g][i]] as const));
  const tokens = weighed.reduce((sum, [, length]) => sum + length, 0);
  const centre = weighed.reduce((sum, [r, length]) => sum + length * r, 0) / tokens;
  const squares = weighed.reduce((sum, [r, length]) => sum + length * (r - centre) ** 2, 0);
  const deviation = Math.sqrt(squares / (tokens - 1) + VARIANCE_FLOOR);
  return rewards.map((group) => group.map((r) => (r - centre) / deviation));
}

/** Which groups have advantages to learn from: REINFORCE++ compares across the batch, the others within a group. */
export function tellingGroups(
  rewards: number[][],
  { advantage_estimator }: Pick<Settings, 'advantage_estimator'>,
): boolean[] {
  const batch = advantage_estimator === 'reinforce_plus_plus' && !hasZeroVariance(rewards.flat());
  return rewards.map((group) => batch || !hasZeroVariance(group));
}

/** All rewards of the group are equal: compared with each other they teach nothing. */
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

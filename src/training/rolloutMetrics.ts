/** What a step's rollouts say about the policy, under TRL's names. */
import type { Completion } from '../policy/policy.ts';
import type { Reward } from '../questions/reward.ts';
import { hasZeroVariance, mean, standardDeviation } from './advantages.ts';

export interface ScoredGroup {
  completions: Completion[];
  rewards: Reward[];
}

/**
 * Standard deviations have Bessel's correction; reward_std is over the whole batch. frac_reward_zero_std counts
 * groups whichever scale_rewards is set (TRL's counts the batch under "batch").
 */
export function rolloutMetrics(groups: ScoredGroup[]): Record<string, number> {
  const completions = groups.flatMap((group) => group.completions);
  const rewards = groups.flatMap((group) => group.rewards);
  const totals = rewards.map((reward) => reward.total);
  const lengths = completions.map((completion) => completion.ids.length);
  const ended = completions.filter((completion) => completion.terminated).map(({ ids }) => ids.length);
  const flat = groups.filter((group) => hasZeroVariance(group.rewards.map((reward) => reward.total)));
  return {
    reward: mean(totals),
    reward_std: standardDeviation(totals),
    frac_reward_zero_std: flat.length / groups.length,
    ...spread(
      'rewards/format',
      rewards.map((reward) => reward.format),
    ),
    ...spread(
      'rewards/accuracy',
      rewards.map((reward) => reward.accuracy),
    ),
    ...range('length', lengths),
    ...range('terminated_length', ended.length > 0 ? ended : [0]),
    'completions/clipped_ratio': 1 - ended.length / completions.length,
  };
}

function spread(name: string, values: number[]): Record<string, number> {
  return { [`${name}/mean`]: mean(values), [`${name}/std`]: standardDeviation(values) };
}

function range(name: string, values: number[]): Record<string, number> {
  return {
    [`completions/mean_${name}`]: mean(values),
    [`completions/min_${name}`]: Math.min(...values),
    [`completions/max_${name}`]: Math.max(...values),
  };
}

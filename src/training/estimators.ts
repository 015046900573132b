/**
 * Advantages of one group by several estimators, side by side. GRPO and Dr. GRPO as in TRL, RLOO and REINFORCE++ as in
 * EasyR1 (verl/trainer/core_algos.py); DAPO takes GRPO's advantages and differs in the loss.
 */
import { advantagesOf, groupAdvantages, mean } from './advantages.ts';

export const ESTIMATORS = ['grpo', 'dr_grpo', 'rloo', 'reinforce_plus_plus'] as const;
export type Estimator = (typeof ESTIMATORS)[number];

/** EasyR1's guard in masked_whiten. */
const VARIANCE_FLOOR = 1e-8;

/**
 * @param rewards one a response, at least two.
 * @param tokens number of tokens of each response, at least 1.
 * @param penalties REINFORCE++ only: what is taken from the reward at each token (a KL penalty); none without it.
 * @returns an advantage a token, [response][token].
 */
export function tokenAdvantages(
  estimator: Estimator,
  rewards: number[],
  tokens: number[],
  penalties?: number[][],
): number[][] {
  if (estimator === 'reinforce_plus_plus') return whitened(tokenReturns(rewards, tokens, penalties));
  const advantages = responseAdvantages(estimator, rewards);
  return tokens.map((length, i) => Array.from({ length }, () => advantages[i]));
}

function responseAdvantages(
  estimator: Exclude<Estimator, 'reinforce_plus_plus'>,
  rewards: number[],
): number[] {
  switch (estimator) {
    case 'grpo':
      return groupAdvantages([rewards], 'group')[0];
    case 'dr_grpo':
      return groupAdvantages([rewards], 'none')[0];
    case 'rloo':
      return advantagesOf([rewards], [], { advantage_estimator: 'rloo', scale_rewards: 'none' })[0];
  }
}

/** What is still to come at each token, undiscounted: the reward comes with the last token, a penalty with each. */
export function tokenReturns(rewards: number[], tokens: number[], penalties?: number[][]): number[][] {
  return tokens.map((length, i) => {
    const out = new Array<number>(length);
    let rest = rewards[i];
    for (let t = length - 1; t >= 0; t--) out[t] = rest -= penalties?.[i][t] ?? 0;
    return out;
  });
}

/** Over all tokens at once, so a long response weighs more in mean and variance. */
function whitened(values: number[][]): number[][] {
  const all = values.flat();
  const centre = mean(all);
  const variance = all.reduce((sum, x) => sum + (x - centre) ** 2, 0) / Math.max(1, all.length - 1);
  const scale = 1 / Math.sqrt(variance + VARIANCE_FLOOR);
  return values.map((row) => row.map((x) => (x - centre) * scale));
}

/** The advantage's formula, once in symbols and once with the numbers put in. */
import { mean, standardDeviation } from '../../training/advantages.ts';
import { tokenReturns } from '../../training/estimators.ts';
import { metric } from '../words.ts';
import type { Algorithm } from './algorithms.ts';

export interface Formula {
  symbols: string;
  numbers: string;
}

/**
 * @param i whose advantage. @param token of its tokens: only REINFORCE++ tells them apart.
 * @param penalties as tokenAdvantages takes them.
 */
export function advantageFormula(
  { estimator }: Algorithm,
  rewards: number[],
  tokens: number[],
  penalties: number[][] | undefined,
  i: number,
  token: number,
): Formula {
  const r = metric(rewards[i]);
  const [centre, spread] = [metric(mean(rewards)), metric(standardDeviation(rewards))];
  switch (estimator) {
    case 'grpo':
      return { symbols: '(r − μ) / (σ + 0.0001)', numbers: `(${r} − ${centre}) / (${spread} + 0.0001)` };
    case 'dr_grpo':
      return { symbols: 'r − μ', numbers: `${r} − ${centre}` };
    case 'rloo': {
      const others = rewards.filter((_, j) => j !== i);
      return { symbols: 'r − mean of the others', numbers: `${r} − ${metric(mean(others))}` };
    }
    case 'reinforce_plus_plus': {
      const returns = tokenReturns(rewards, tokens, penalties);
      const all = returns.flat();
      return {
        symbols: '(R − mean over tokens) / std over tokens',
        numbers: `(${metric(returns[i][token])} − ${metric(mean(all))}) / ${metric(standardDeviation(all))}`,
      };
    }
  }
}

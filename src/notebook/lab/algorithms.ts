/** Five ways to turn the rewards of one group into a loss, as TRL (GRPO, Dr. GRPO, DAPO) and EasyR1 define them. */
import type { GrpoConfig } from '../../training/grpoConfig.ts';
import type { Estimator } from '../../training/estimators.ts';
import type { TokenAverage } from './tokenObjective.ts';

export interface Algorithm {
  name: string;
  estimator: Estimator;
  /** How the loss averages its tokens. */
  average: TokenAverage;
  /** Null: as epsilon. */
  epsilon_high: number | null;
  /** Where the KL to the base model is charged. */
  klIn: 'loss' | 'reward';
  /** What sets it apart. */
  sentence: string;
}

export const ALGORITHMS: Algorithm[] = [
  {
    name: 'GRPO',
    estimator: 'grpo',
    average: 'grpo',
    epsilon_high: null,
    klIn: 'loss',
    sentence:
      'The reward against its group, in standard deviations. Each response counts the same, so a token of a long one pulls less.',
  },
  {
    name: 'Dr. GRPO',
    estimator: 'dr_grpo',
    average: 'dr_grpo',
    epsilon_high: null,
    klIn: 'loss',
    sentence:
      'No division by the spread, and none by the length: every token is divided by the same constant, so neither easy groups nor short answers weigh more.',
  },
  {
    name: 'DAPO',
    estimator: 'grpo',
    average: 'dapo',
    epsilon_high: 0.28,
    klIn: 'loss',
    sentence:
      'Advantages as in GRPO, averaged over all tokens; the upper clip is wider, so that an unlikely token has room to grow.',
  },
  {
    name: 'RLOO',
    estimator: 'rloo',
    average: 'dapo',
    epsilon_high: null,
    klIn: 'loss',
    sentence: 'The reward against the mean of the others: no response is measured against itself.',
  },
  {
    name: 'REINFORCE++',
    estimator: 'reinforce_plus_plus',
    average: 'dapo',
    epsilon_high: null,
    klIn: 'reward',
    sentence:
      'The reward against all tokens of the batch, here this one group. The KL is taken from the reward, token by token.',
  },
];

/** The algorithm a run used, as near as there is one; and in what the run differed from it, a sentence, else ''. */
export function algorithmOf({ advantage_estimator, scale_rewards, loss }: GrpoConfig): {
  algorithm: Algorithm;
  but: string;
} {
  const { loss_type, importance_sampling_level } = loss;
  const grpo = advantage_estimator === 'grpo';
  const estimator = grpo && scale_rewards === 'none' ? 'dr_grpo' : advantage_estimator;
  const fits = ALGORITHMS.filter((a) => a.estimator === estimator);
  const algorithm = fits.find(({ average }) => average === loss_type) ?? fits[0];
  const other = [
    algorithm.average !== loss_type && `loss_type ${loss_type}`,
    grpo && scale_rewards === 'batch' && 'scale_rewards batch',
    importance_sampling_level !== 'token' && `importance_sampling_level ${importance_sampling_level}`,
    loss.delta !== null && 'delta',
  ].filter((difference) => difference !== false);
  const but = other.length
    ? `Its run used ${other.join(', ')}, which the lab shows as ${algorithm.name}.`
    : '';
  return { algorithm, but };
}

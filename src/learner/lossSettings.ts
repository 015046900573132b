/** What an update minimises, named as in TRL's GRPOConfig and SFTConfig. */

export const LOSS_TYPES = ['grpo', 'dr_grpo', 'dapo', 'bnpo', 'cispo', 'sapo'] as const;
export const IMPORTANCE_SAMPLING_LEVELS = ['token', 'sequence'] as const;
export const IMPORTANCE_SAMPLING_MODES = [
  'token_truncate',
  'token_mask',
  'sequence_truncate',
  'sequence_mask',
] as const;
export const KL_PENALTIES = ['k1', 'k2', 'k3'] as const;

export interface LossSettings {
  loss_type: (typeof LOSS_TYPES)[number];
  /** The ratio of new to old probability is taken by token, or one for the whole response: GSPO. */
  importance_sampling_level: (typeof IMPORTANCE_SAMPLING_LEVELS)[number];
  epsilon: number;
  /** Null: as epsilon. Under cispo the greatest ratio itself. */
  epsilon_high: number | null;
  /** Greatest ratio where the advantage is negative; null: none. EasyR1's clip_ratio_dual is the same bound. */
  delta: number | null;
  /** Temperatures of sapo's gate for positive and for other advantages. */
  sapo_temperature_pos: number;
  sapo_temperature_neg: number;
  /** Weight of the KL to the base model without adapter. 0: not computed. */
  beta: number;
  /** Its estimator, by verl's names; TRL has k3 only. */
  kl_penalty: (typeof KL_PENALTIES)[number];
  /** Weight of the mean entropy of the tokens, which the loss rewards. */
  entropy_coef: number;
  /** Responses cut at max_completion_length have no part in the loss. */
  mask_truncated_completions: boolean;
  /** Temperature of the rollout: logits are divided by it. */
  temperature: number;
  max_completion_length: number;
  /** TRL's vllm_importance_sampling_correction: weigh by exp(old - sampling), bounded. */
  importance_sampling_correction: boolean;
  importance_sampling_mode: (typeof IMPORTANCE_SAMPLING_MODES)[number];
  importance_sampling_clip_max: number;
  /** Null: no lower bound. */
  importance_sampling_clip_min: number | null;
}

/** TRL's nll: cross-entropy averaged over all response tokens. */
export interface SupervisedSettings {
  loss_type: 'nll';
}

export type ObjectiveSettings = LossSettings | SupervisedSettings;

/** What every new option is when it is not asked for. */
export const DEFAULT_LOSS: Omit<LossSettings, 'temperature' | 'max_completion_length'> = {
  loss_type: 'dapo',
  importance_sampling_level: 'token',
  epsilon: 0.2,
  epsilon_high: null,
  delta: null,
  sapo_temperature_pos: 1,
  sapo_temperature_neg: 1.05,
  beta: 0,
  kl_penalty: 'k3',
  entropy_coef: 0,
  mask_truncated_completions: false,
  importance_sampling_correction: true,
  importance_sampling_mode: 'sequence_mask',
  importance_sampling_clip_max: 3,
  importance_sampling_clip_min: null,
};

/** @throws Error on settings that contradict each other. */
export function checkLoss(loss: Omit<LossSettings, 'temperature' | 'max_completion_length'>): void {
  const high = 1 + (loss.epsilon_high ?? loss.epsilon);
  if (loss.delta !== null && loss.delta <= high)
    throw new Error(`delta ${loss.delta} is not above 1 + epsilon_high = ${high}: raise it or leave it out`);
  if (loss.loss_type === 'cispo' && (loss.epsilon_high ?? 0) < 1)
    throw new Error(
      `loss_type cispo bounds the ratio by epsilon_high, now ${loss.epsilon_high}: give at least 1, e.g. 5`,
    );
  if (!(loss.sapo_temperature_pos > 0 && loss.sapo_temperature_neg > 0))
    throw new Error(
      `sapo_temperature_pos ${loss.sapo_temperature_pos} and _neg ${loss.sapo_temperature_neg} must be above 0`,
    );
  const { importance_sampling_clip_min: least, importance_sampling_clip_max: most } = loss;
  if (least !== null && least > most)
    throw new Error(`importance_sampling_clip_min ${least} is above importance_sampling_clip_max ${most}`);
}

import { ALL_LINEAR, type LoraConfig } from '../checkpoint/adapter.ts';
import type { OptimizerSettings } from '../learner/learner.ts';
import { DEFAULT_LOSS, type LossSettings } from '../learner/lossSettings.ts';
import type { SamplingSettings } from '../policy/policy.ts';
import { DEFAULT_REWARD_WEIGHTS, type RewardWeights } from '../questions/reward.ts';
import type { ADVANTAGE_ESTIMATORS } from './advantages.ts';
import type { Schedule } from './learningRate.ts';

/** Names as in TRL's GRPOConfig and PEFT's LoraConfig, EasyR1's where TRL has none; what only this project has is said. */
export interface GrpoConfig extends Schedule {
  max_steps: number;
  /** Responses to a prompt, G. */
  num_generations: number;
  /** Responses in a step; a multiple of num_generations. Prompts a step = this / num_generations. */
  generation_batch_size: number;
  /** Updates on one rollout. */
  num_iterations: number;
  /** EasyR1's adv_estimator. */
  advantage_estimator: (typeof ADVANTAGE_ESTIMATORS)[number];
  /** Of the estimator grpo. */
  scale_rewards: 'group' | 'batch' | 'none';
  /** [format, accuracy] as reward_weights. */
  reward_weights: RewardWeights;
  /** Groups of equal rewards are replaced by those of further prompts (DAPO's dynamic sampling)... */
  online_filtering: boolean;
  /** ... until so many times the step's prompts have been drawn; then the step takes what it has. */
  max_try_make_batch: number;
  sampling: Omit<SamplingSettings, 'seed'>;
  loss: Omit<LossSettings, 'temperature' | 'max_completion_length'>;
  optimizer: OptimizerSettings;
  lora: LoraConfig;
  /** Ours: evaluate on held-out questions every so many steps; 0 only before and after. */
  eval_steps: number;
  seed: number;
}

export const DEFAULT_GRPO_CONFIG: GrpoConfig = {
  max_steps: 40,
  num_generations: 8,
  generation_batch_size: 64,
  num_iterations: 1,
  advantage_estimator: 'grpo',
  scale_rewards: 'group',
  reward_weights: DEFAULT_REWARD_WEIGHTS,
  online_filtering: false,
  max_try_make_batch: 20,
  sampling: { temperature: 1, top_p: 1, top_k: 0, min_p: 0, max_completion_length: 96 },
  loss: DEFAULT_LOSS,
  optimizer: {
    learning_rate: 1e-3,
    adam_beta1: 0.9,
    adam_beta2: 0.999,
    adam_epsilon: 1e-8,
    weight_decay: 0,
    max_grad_norm: 1,
  },
  lr_scheduler_type: 'constant',
  warmup_steps: 0,
  lora: { r: 8, lora_alpha: 16, target_modules: ALL_LINEAR },
  eval_steps: 20,
  seed: 0,
};

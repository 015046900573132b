import type { Adapter } from '../checkpoint/adapter.ts';

/** One prompt with its G responses. */
export interface LearnerGroup {
  /** Row-major [P, hidden], from the policy. */
  promptEmbeds: Float32Array;
  responses: LearnerResponse[];
}

export interface LearnerResponse {
  ids: Int32Array;
  /** The policy's log-probability of each token when it was sampled. */
  samplingLogprobs: Float32Array;
  /** The learner's own before the first update on this rollout; null: this is the first, the ratio is 1. */
  oldLogprobs: Float32Array | null;
  advantage: number;
}

/** Names and defaults as in TRL's GRPOConfig. */
export interface LossSettings {
  loss_type: 'grpo' | 'dapo' | 'dr_grpo';
  epsilon: number;
  /** Null: as epsilon. */
  epsilon_high: number | null;
  /** Weight of the KL to the base model without adapter, estimator k3. 0: not computed. */
  beta: number;
  /** Temperature of the rollout: logits are divided by it. */
  temperature: number;
  max_completion_length: number;
  /** TRL's vllm_importance_sampling_correction: weigh by exp(old - sampling), clipped. */
  importance_sampling_correction: boolean;
  importance_sampling_clip_max: number;
}

export interface OptimizerSettings {
  learning_rate: number;
  adam_beta1: number;
  adam_beta2: number;
  adam_epsilon: number;
  weight_decay: number;
  max_grad_norm: number;
}

/** AdamW moments by tensor name ("layers.0.self_attn.q_proj.A"), and the number of updates made. */
export interface OptimizerState {
  step: number;
  m: Record<string, Float32Array>;
  v: Record<string, Float32Array>;
}

/** Metrics of one update under TRL's names: policy_loss, kl, entropy, clip_ratio/..., sampling/..., grad_norm. */
export type LearnerMetrics = Record<string, number>;

/** The gradient. Calls on one learner must not overlap. */
export interface Learner {
  readonly device: 'webgpu' | 'wasm' | 'cpu';
  setAdapter(adapter: Adapter, optimizer?: OptimizerState): Promise<void>;
  adapter(): Promise<{ adapter: Adapter; optimizer: OptimizerState }>;
  /** log p of every response token, temperature applied, as the adapter stands. */
  logprobs(group: LearnerGroup, temperature: number): Promise<Float32Array[]>;
  /** One AdamW update on the loss over all groups, a group at a time. @throws AbortError, the adapter unchanged. */
  update(
    groups: LearnerGroup[],
    loss: LossSettings,
    optimizer: OptimizerSettings,
    options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<LearnerMetrics>;
  dispose(): Promise<void>;
}

import type { Adapter } from '../checkpoint/adapter.ts';
import type { ObjectiveSettings } from './lossSettings.ts';

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
  /** Not looked at in supervised updates. */
  advantage: number;
  /** Cut at max_completion_length, for mask_truncated_completions; absent: it ended by itself. */
  truncated?: boolean;
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

/** Metrics of one update under TRL's names: policy_loss, kl, entropy, clip_ratio/..., sampling/..., grad_norm; of a supervised one loss instead. */
export type LearnerMetrics = Record<string, number>;

/** The gradient. Calls on one learner must not overlap. */
export interface Learner {
  readonly device: 'webgpu' | 'wasm' | 'cpu';
  /** Rejects with DeviceLostError, also while nothing is learned. */
  readonly lost?: Promise<never>;
  setAdapter(adapter: Adapter, optimizer?: OptimizerState): Promise<void>;
  adapter(): Promise<{ adapter: Adapter; optimizer: OptimizerState }>;
  /** log p of every response token, temperature applied, as the adapter stands. */
  logprobs(group: LearnerGroup, temperature: number): Promise<Float32Array[]>;
  /** One AdamW update on the loss over all groups, a group at a time, gradients summed; a group without a gradient counts in its means and is not scored. @throws AbortError, DeviceLostError or OutOfMemoryError, the adapter unchanged. */
  update(
    groups: LearnerGroup[],
    objective: ObjectiveSettings,
    optimizer: OptimizerSettings,
    options?: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<LearnerMetrics>;
  dispose(): Promise<void>;
}

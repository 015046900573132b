/** The models and settings that the learner's benches share. */
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { LearnerGroup, LearnerMetrics } from './learner.ts';
import { DEFAULT_LOSS, type LossSettings } from './lossSettings.ts';
import { ADAMW } from './syntheticDecoder.ts';
import type { TfjsLearner } from './tfjsLearner.ts';

/** The embedded checkpoint's size. */
export const EMBEDDED_SIZE: CheckpointConfig = {
  hidden_size: 192,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  vocab_size: 910,
  max_position_embeddings: 2048,
  tie_word_embeddings: true,
  image_token_id: 0,
  eos_token_ids: [1],
};

/** SmolVLM-256M's language model (SmolLM2-135M). */
export const SMOLVLM_256M: CheckpointConfig = {
  ...EMBEDDED_SIZE,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49280,
  tie_word_embeddings: false,
};

export const RANK = 8;

const LOSS: LossSettings = {
  ...DEFAULT_LOSS,
  temperature: 1,
  max_completion_length: 96,
  importance_sampling_correction: false,
};

const OPTIMIZER = { ...ADAMW, max_grad_norm: 1 };

export function update(
  learner: TfjsLearner,
  groups: LearnerGroup[],
  changes: Partial<typeof LOSS> = {},
): Promise<LearnerMetrics> {
  return learner.update(groups, { ...LOSS, ...changes }, OPTIMIZER);
}

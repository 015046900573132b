/** Cross-entropy of given responses, the prompt masked: the mean over all response tokens of the update. */
import type { ScoredResponse } from './grpoLoss.ts';
import type { LearnerMetrics } from './learner.ts';

export interface SupervisedLoss {
  loss: number;
  /** Gradient of the loss in each log-probability. */
  weights: Float32Array;
  /** Sum over the tokens, in nats. */
  entropy: number;
}

/** @param tokens of all responses of the update. */
export function supervisedLoss({ logprobs, entropies }: ScoredResponse, tokens: number): SupervisedLoss {
  return {
    loss: -logprobs.reduce((sum, value) => sum + value, 0) / tokens,
    weights: new Float32Array(logprobs.length).fill(-1 / tokens),
    entropy: entropies.reduce((sum, value) => sum + value, 0),
  };
}

/** Under TRL's SFTTrainer's names. */
export function supervisedMetrics(losses: SupervisedLoss[], tokens: number): LearnerMetrics {
  return {
    loss: losses.reduce((sum, { loss }) => sum + loss, 0),
    entropy: losses.reduce((sum, { entropy }) => sum + entropy, 0) / tokens,
  };
}

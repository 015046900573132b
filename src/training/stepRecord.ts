import type { Kind, OptionLetter } from '../questions/question.ts';
import type { Reward } from '../questions/reward.ts';

/** One response as a run remembers it. */
export interface RolloutRecord {
  text: string;
  tokens: string[];
  /** Of the tokens; absent in runs of an earlier version. */
  ids?: number[];
  logprobs: number[];
  /** Of the distribution each token was drawn from, in nats; absent in runs of an earlier version. */
  entropies?: number[];
  reward: Reward;
  advantage: number;
  terminated: boolean;
  letters: number[] | null;
}

/** The G responses to one prompt. */
export interface GroupRecord {
  question: string;
  kind: Kind;
  answer: OptionLetter;
  /** All rewards equal, of the batch under reinforce_plus_plus: every advantage is 0. */
  zeroVariance: boolean;
  responses: RolloutRecord[];
}

/** One GRPO step. */
export interface StepRecord {
  /** From 1. */
  step: number;
  /** Under TRL's names. */
  metrics: Record<string, number>;
  groups: GroupRecord[];
  seconds: number;
}

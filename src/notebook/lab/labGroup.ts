/** A group of responses as the lab takes it apart. */
import type { Bundle } from '../../demos/demonstration.ts';
import type { Kind, OptionLetter, Question } from '../../questions/question.ts';
import type { Reward } from '../../questions/reward.ts';
import type { GrpoConfig } from '../../training/grpoConfig.ts';
import type { GroupRecord } from '../../training/stepRecord.ts';

export interface LabResponse {
  /** At least one. */
  tokens: string[];
  /** log p of each token under the policy that is being updated, */
  logprobs: number[];
  /** under the policy that sampled it, */
  oldLogprobs: number[];
  /** and under the base model; null until it was asked. */
  reference: number[] | null;
  reward: Reward;
  terminated: boolean;
}

/** What the base model needs to be asked how likely it finds the same tokens. */
export interface BaseQuestion {
  checkpoint: string | null;
  /** [response][token] */
  ids: number[][];
  temperature: number;
  lora: GrpoConfig['lora'];
}

export interface LabGroup {
  /** Unique among the groups to choose from. */
  title: string;
  /** What the reader must know of where it comes from. */
  origin: string;
  kind: Kind;
  answer: OptionLetter;
  /** Null while the run's demonstrations are not at hand. */
  asked: { bundle: Bundle; question: Question } | null;
  responses: LabResponse[];
  /** Null where the base model cannot be asked: an example made by hand, or a run without token ids. */
  base: BaseQuestion | null;
  max_completion_length: number;
  clip: Pick<GrpoConfig['loss'], 'epsilon' | 'epsilon_high' | 'beta'>;
}

/**
 * A run keeps the probabilities with which its tokens were sampled. The first update on them has the same policy, so
 * the ratio is 1 wherever it is not set by hand.
 */
export function recordedGroup(
  group: GroupRecord,
  config: GrpoConfig,
  asked: LabGroup['asked'],
  title: string,
  checkpoint: string | null,
): LabGroup {
  const ids = group.responses.map((response) => response.ids ?? []);
  return {
    title,
    origin: `Recorded: ${title}. A run keeps the probability with which each token was sampled; at the first update the policy is still the same, so every ratio is 1 until you set another.`,
    kind: group.kind,
    answer: group.answer,
    asked,
    responses: group.responses.map(({ tokens, logprobs, reward, terminated }) => ({
      tokens,
      logprobs,
      oldLogprobs: logprobs,
      reference: null,
      reward,
      terminated,
    })),
    base: ids.every(({ length }) => length > 0)
      ? { checkpoint, ids, temperature: config.sampling.temperature, lora: config.lora }
      : null,
    max_completion_length: config.sampling.max_completion_length,
    clip: config.loss,
  };
}

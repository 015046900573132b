/** A group of responses as the lab takes it apart. */
import type { Bundle } from '../../demos/demonstration.ts';
import type { Kind, OptionLetter, Question } from '../../questions/question.ts';
import type { Reward } from '../../questions/reward.ts';
import type { RunSummary } from '../../runs/run.ts';
import type { GrpoConfig } from '../../training/grpoConfig.ts';
import type { GroupRecord } from '../../training/stepRecord.ts';
import { algorithmOf } from './algorithms.ts';

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
  checkpoint: string;
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
  /** Whether its run leaves responses that were cut off out of the loss. */
  masked: boolean;
  /** Name of the algorithm that its run used, as near as the lab has it. */
  algorithm: string;
  /** Null: an example. */
  recorded: RecordedAt | null;
}

/** Where a group stands among the runs of this browser. */
export interface RecordedAt {
  /** Id. */
  run: string;
  step: number;
  /** Of the step's, from 0. */
  group: number;
}

/**
 * A run keeps the probabilities with which its tokens were sampled. The first update on them has the same policy, so
 * the ratio is 1 wherever it is not set by hand.
 */
export function recordedGroup(
  { id, name, config, checkpoint }: Pick<RunSummary, 'id' | 'name' | 'config' | 'checkpoint'>,
  group: GroupRecord,
  at: Pick<RecordedAt, 'step' | 'group'>,
  asked: LabGroup['asked'],
): LabGroup {
  const ids = group.responses.map((response) => response.ids ?? []);
  const title = `Step ${at.step}, group ${at.group + 1}`;
  const { algorithm, but } = algorithmOf(config);
  return {
    title,
    origin: `Recorded: ${title} of “${name}”. A run keeps the probability with which each token was sampled; at the first update the policy is still the same, so every ratio is 1 until you set another.${but && ` ${but}`}`,
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
    masked: config.loss.mask_truncated_completions,
    algorithm: algorithm.name,
    recorded: { run: id, ...at },
  };
}

/** What a stored or uploaded run must look like before anything trusts it. */
import * as v from 'valibot';
import type { EvaluationReport, KindReport, Proportion } from '../evaluation/report.ts';
import { KINDS, LETTERS, type QuestionSettings } from '../questions/question.ts';
import type { GrpoConfig } from '../training/grpoConfig.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { RunSummary, SavedEvaluation } from './run.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(count, v.minValue(1));
const name = v.pipe(v.string(), v.maxLength(500));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const bit = v.picklist([0, 1]);
const vec3 = v.strictTuple([finite, finite, finite]);
const metrics = v.record(name, finite);

const questionSettings = v.object({
  kinds: v.pipe(v.array(v.picklist(KINDS)), v.minLength(1)),
  frame_interval: positive,
  stopping_delta: finite,
  state_space: v.object({ low: vec3, high: vec3 }),
  min_distance: finite,
  movement_deadband: finite,
  slightly_threshold: finite,
  state_in_movement_prompt: v.boolean(),
  seed: count,
}) satisfies v.GenericSchema<unknown, QuestionSettings>;

const grpoConfig = v.object({
  max_steps: count,
  num_generations: positive,
  generation_batch_size: positive,
  num_iterations: positive,
  scale_rewards: v.picklist(['group', 'batch', 'none']),
  reward_weights: v.object({ format: finite, accuracy: finite }),
  sampling: v.object({ temperature: finite, top_p: finite, top_k: count, max_completion_length: positive }),
  loss: v.object({
    loss_type: v.picklist(['grpo', 'dapo', 'dr_grpo']),
    epsilon: finite,
    epsilon_high: v.nullable(finite),
    beta: finite,
    importance_sampling_correction: v.boolean(),
    importance_sampling_clip_max: finite,
  }),
  optimizer: v.object({
    learning_rate: finite,
    adam_beta1: finite,
    adam_beta2: finite,
    adam_epsilon: finite,
    weight_decay: finite,
    max_grad_norm: finite,
  }),
  lora: v.object({ r: positive, lora_alpha: finite, target_modules: v.array(name) }),
  eval_steps: count,
  seed: count,
}) satisfies v.GenericSchema<unknown, GrpoConfig>;

export const runSummarySchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'an id is made of letters, digits and dashes')),
  name,
  created: v.pipe(v.string(), v.isoTimestamp()),
  checkpoint: name,
  bundle: v.object({ name, sha256: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))) }),
  question_settings: questionSettings,
  test_fraction: share,
  config: grpoConfig,
  steps: count,
  metrics: v.nullable(metrics),
}) satisfies v.GenericSchema<unknown, RunSummary>;

/** A log-probability of minus infinity is null in JSON. */
const logprob = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? -Infinity),
);

export const groupRecordSchema = v.object({
  question: name,
  kind: v.picklist(KINDS),
  answer: v.picklist(LETTERS),
  zeroVariance: v.boolean(),
  responses: v.array(
    v.object({
      text: v.string(),
      tokens: v.array(v.string()),
      ids: v.optional(v.array(count)),
      logprobs: v.array(logprob),
      entropies: v.optional(v.array(finite)),
      reward: v.object({ format: bit, accuracy: bit, total: finite }),
      advantage: finite,
      terminated: v.boolean(),
      letters: v.nullable(v.array(finite)),
    }),
  ),
});

export const stepRecordSchema = v.object({
  step: positive,
  metrics,
  groups: v.array(groupRecordSchema),
  seconds: finite,
}) satisfies v.GenericSchema<unknown, StepRecord>;

/** The value of no questions is NaN, null in JSON. */
const proportion = v.object({
  value: v.pipe(
    v.union([v.number(), v.nan(), v.null()]),
    v.transform((value) => value ?? NaN),
  ),
  n: count,
  low: share,
  high: share,
}) satisfies v.GenericSchema<unknown, Proportion>;

const kindReport = { accuracy: proportion, sampled_accuracy: proportion, format: proportion };

const evaluationReport = v.pipe(
  v.object({
    ...kindReport,
    by_kind: v.object({
      waypoint: v.optional(v.object(kindReport)),
      current_state: v.optional(v.object(kindReport)),
      movement: v.optional(v.object(kindReport)),
    } satisfies Record<(typeof KINDS)[number], v.GenericSchema<unknown, KindReport | undefined>>),
    blind: v.boolean(),
    questions: v.array(name),
    greedy: v.array(bit),
    sampled: v.array(share),
    seconds: finite,
  }),
  v.check(
    ({ questions, greedy, sampled }) =>
      questions.length === greedy.length && greedy.length === sampled.length,
    'questions, greedy and sampled differ in length',
  ),
) satisfies v.GenericSchema<unknown, EvaluationReport>;

export const savedEvaluationSchema = v.object({
  step: count,
  report: evaluationReport,
}) satisfies v.GenericSchema<unknown, SavedEvaluation>;

/** @param where starts the error, e.g. "run.json". @throws Error naming the field and what is wrong with it. */
export function checked<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  where: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new Error(`${where}: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
}

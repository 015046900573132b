/** What a stored or uploaded run must look like before anything trusts it. */
import * as v from 'valibot';
import { mappingSchema } from '../demos/mappingSchema.ts';
import { issueText } from '../demos/schemaIssue.ts';
import type { EvaluationReport, KindReport, Proportion } from '../evaluation/report.ts';
import { KINDS, OPTION_LETTERS } from '../questions/question.ts';
import { SFT_FORMS } from '../questions/sftForms.ts';
import { RESPONSE_FORMS } from '../questions/supervisedResponse.ts';
import { questionSettingsSchema } from '../questions/settingsSchema.ts';
import {
  IMPORTANCE_SAMPLING_LEVELS,
  IMPORTANCE_SAMPLING_MODES,
  KL_PENALTIES,
  LOSS_TYPES,
} from '../learner/lossSettings.ts';
import type { GrpoConfig } from '../training/grpoConfig.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { AskedQuestions, RunSummary, SavedEvaluation, SftSettings } from './run.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(count, v.minValue(1));
const name = v.pipe(v.string(), v.maxLength(500));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const bit = v.picklist([0, 1]);
const metrics = v.record(name, finite);

/** Optional is what older runs lack; they were trained as the default here says. */
const lossSettings = v.object({
  loss_type: v.picklist(LOSS_TYPES),
  importance_sampling_level: v.optional(v.picklist(IMPORTANCE_SAMPLING_LEVELS), 'token'),
  epsilon: finite,
  epsilon_high: v.nullable(finite),
  delta: v.optional(v.nullable(finite), null),
  sapo_temperature_pos: v.optional(finite, 1),
  sapo_temperature_neg: v.optional(finite, 1.05),
  beta: finite,
  kl_penalty: v.optional(v.picklist(KL_PENALTIES), 'k3'),
  entropy_coef: v.optional(finite, 0),
  mask_truncated_completions: v.optional(v.boolean(), false),
  importance_sampling_correction: v.boolean(),
  importance_sampling_mode: v.optional(v.picklist(IMPORTANCE_SAMPLING_MODES), 'sequence_mask'),
  importance_sampling_clip_max: finite,
  importance_sampling_clip_min: v.optional(v.nullable(finite), null),
});

export const grpoConfigSchema = v.object({
  max_steps: count,
  num_generations: positive,
  generation_batch_size: positive,
  num_iterations: positive,
  advantage_estimator: v.optional(v.picklist(['grpo', 'rloo', 'reinforce_plus_plus']), 'grpo'),
  scale_rewards: v.picklist(['group', 'batch', 'none']),
  reward_weights: v.object({ format: finite, accuracy: finite }),
  online_filtering: v.optional(v.boolean(), false),
  max_try_make_batch: v.optional(positive, 20),
  sampling: v.object({
    temperature: finite,
    top_p: finite,
    top_k: count,
    min_p: v.optional(finite),
    max_completion_length: positive,
  }),
  loss: lossSettings,
  optimizer: v.object({
    learning_rate: finite,
    adam_beta1: finite,
    adam_beta2: finite,
    adam_epsilon: finite,
    weight_decay: finite,
    max_grad_norm: finite,
  }),
  lr_scheduler_type: v.optional(
    v.picklist(['constant', 'constant_with_warmup', 'linear', 'cosine']),
    'constant',
  ),
  warmup_steps: v.optional(count, 0),
  lora: v.object({ r: positive, lora_alpha: finite, target_modules: v.array(name) }),
  eval_steps: count,
  seed: count,
}) satisfies v.GenericSchema<unknown, GrpoConfig>;

const runId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/, 'an id is made of letters, digits and dashes'));
const sha256 = v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)));

const edit = v.union([
  v.object({ dropped: v.literal(true), of: v.optional(v.pipe(v.string(), v.maxLength(20_000))) }),
  v.object({
    dropped: v.literal(false),
    of: v.pipe(v.string(), v.maxLength(20_000)),
    options: v.pipe(v.array(name), v.maxLength(OPTION_LETTERS.length)),
    answer: v.picklist(OPTION_LETTERS),
  }),
]);

/** Of the question with that id. */
export const editsSchema = v.array(v.tuple([name, edit]));

const askedQuestions = v.object({
  file: v.nullable(name),
  edits: editsSchema,
  train: count,
  held_out: count,
  sha256,
}) satisfies v.GenericSchema<unknown, AskedQuestions>;

export const sftSchema = v.object({
  per_device_train_batch_size: positive,
  response: v.picklist([...RESPONSE_FORMS, ...SFT_FORMS]),
}) satisfies v.GenericSchema<unknown, SftSettings>;

export const runSummarySchema = v.object({
  id: runId,
  name,
  created: v.pipe(v.string(), v.isoTimestamp()),
  checkpoint: name,
  bundle: v.object({ name, sha256, mapping: v.optional(mappingSchema) }),
  question_settings: questionSettingsSchema,
  questions: v.optional(askedQuestions),
  test_fraction: share,
  held_out: v.optional(v.object({ questions: positive, samples: positive })),
  config: grpoConfigSchema,
  sft: v.optional(v.nullable(sftSchema)),
  steps: count,
  metrics: v.nullable(metrics),
  tags: v.pipe(v.array(v.pipe(v.string(), v.maxLength(60))), v.maxLength(20)),
  notes: v.pipe(v.string(), v.maxLength(20_000)),
  parent: v.nullable(v.object({ id: v.nullable(runId), name, step: v.nullable(count) })),
}) satisfies v.GenericSchema<unknown, RunSummary>;

/** A log-probability of minus infinity is null in JSON. */
export const logprob = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? -Infinity),
);

export const rewardSchema = v.object({ format: bit, accuracy: bit, total: finite });

export const groupRecordSchema = v.object({
  question: name,
  kind: v.picklist(KINDS),
  answer: v.picklist(OPTION_LETTERS),
  zeroVariance: v.boolean(),
  responses: v.array(
    v.object({
      text: v.string(),
      tokens: v.array(v.string()),
      ids: v.optional(v.array(count)),
      logprobs: v.array(logprob),
      entropies: v.optional(v.array(finite)),
      reward: rewardSchema,
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

export const evaluationReportSchema = v.pipe(
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
  report: evaluationReportSchema,
}) satisfies v.GenericSchema<unknown, SavedEvaluation>;

/** @param where starts the error, e.g. "run.json". @throws Error naming the field and what is wrong with it. */
export function checked<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  where: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new Error(`${where}: ${issueText(result.issues[0])}`);
}

/** A run as UNIPO (poloclub/unipo, docs/canonical_schema.json, a9c9acf) reads it. */
import * as v from 'valibot';

const finite = v.pipe(v.number(), v.finite());
const perToken = v.optional(v.array(finite));

const tokens = v.pipe(
  v.looseObject({
    ids: v.array(v.pipe(v.number(), v.integer())),
    strings: v.array(v.string()),
    log_probs: perToken,
    old_log_probs: perToken,
    ref_log_probs: perToken,
    token_kl: perToken,
    advantages: perToken,
    rewards: perToken,
    /** Objective, not loss. */
    token_objective: perToken,
  }),
  v.check(
    (all) => Object.values(all).every((list) => !Array.isArray(list) || list.length === all.ids.length),
    'every list of tokens has one entry a token',
  ),
);

export const unipoSchema = v.object({
  header: v.object({
    task: v.string(),
    dataset: v.string(),
    reward_strategy: v.string(),
    algorithm: v.string(),
    totalSteps: v.pipe(v.number(), v.integer()),
    model_name: v.string(),
    reference_model_name: v.string(),
    hparams: v.record(v.string(), v.unknown()),
  }),
  entries: v.array(
    v.object({
      step: v.pipe(v.number(), v.integer()),
      is_first_step_after_rollout_phase: v.boolean(),
      metrics: v.objectWithRest({ policy_objective: finite, reward: finite }, finite),
      prompts: v.array(
        v.object({
          prompt: v.string(),
          responses: v.array(
            v.object({
              id: v.string(),
              reward: finite,
              advantage: finite,
              response_text: v.string(),
              response_length: v.pipe(v.number(), v.integer()),
              tokens,
            }),
          ),
        }),
      ),
    }),
  ),
});

export type UnipoRun = v.InferOutput<typeof unipoSchema>;

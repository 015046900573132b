/** Writes a run in UNIPO's schema. */
import type { GrpoConfig } from '../training/grpoConfig.ts';
import type { GroupRecord, RolloutRecord, StepRecord } from '../training/stepRecord.ts';
import type { Run } from './run.ts';
import type { UnipoRun } from './unipoSchema.ts';

/** UNIPO shows three representative prompts of a step. */
const PROMPTS = 3;

/** Under UNIPO's conventional names. */
const METRICS: Record<string, string> = {
  reward_std: 'reward_std',
  policy_loss: 'policy_loss',
  entropy: 'entropy',
  kl: 'kl',
  'clip_ratio/region_mean': 'clip_fraction',
  grad_norm: 'grad_norm',
  learning_rate: 'learning_rate',
  'completions/mean_length': 'response_length',
  'sampling/importance_sampling_ratio/mean': 'importance_sampling_ratio',
};

/**
 * One entry a step: its first update, where the policy is still the one that sampled, so that log_probs are
 * old_log_probs and the objective of a token is its advantage. With a KL (beta not 0), and for losses that do not
 * clip the ratio, token_objective is left out: the base model's log-probabilities are not kept.
 * @param promptOf the prompt of a question by its id; undefined where it is not at hand: then the id stands for it.
 * @throws Error for a run recorded without token ids.
 */
export function unipoRun(
  run: Pick<Run, 'checkpoint' | 'bundle' | 'config' | 'records'>,
  promptOf: (question: string) => string | undefined,
): UnipoRun {
  const { config } = run;
  return {
    header: {
      task: 'robot manipulation, multiple choice',
      dataset: run.bundle.name,
      reward_strategy: 'format + accuracy',
      algorithm: algorithmOf(config),
      totalSteps: run.records.length,
      model_name: run.checkpoint,
      reference_model_name: run.checkpoint,
      hparams: { ...config },
    },
    entries: run.records.map((record) => entry(record, config.loss, promptOf)),
  };
}

function entry(
  { step, metrics, groups }: StepRecord,
  loss: GrpoConfig['loss'],
  promptOf: (question: string) => string | undefined,
): UnipoRun['entries'][number] {
  const named = Object.entries(METRICS).flatMap(([ours, theirs]) =>
    metrics[ours] === undefined ? [] : [[theirs, metrics[ours]] as const],
  );
  return {
    step: step - 1,
    is_first_step_after_rollout_phase: true,
    metrics: {
      ...Object.fromEntries(named),
      policy_objective: -(metrics.policy_loss ?? 0),
      reward: metrics.reward,
      dynamic_sampling_pass_rate: 100 * (1 - metrics.frac_reward_zero_std),
    },
    prompts: representative(groups).map((group, p) => ({
      prompt: promptOf(group.question) ?? group.question,
      responses: group.responses.map((response, i) => ({
        id: `step${step - 1}_p${p}_sample${i}`,
        reward: response.reward.total,
        advantage: response.advantage,
        response_text: response.text,
        response_length: response.tokens.length,
        tokens: tokensOf(response, step, loss),
      })),
    })),
  };
}

/** Those with differing rewards first: the others teach nothing. */
function representative(groups: GroupRecord[]): GroupRecord[] {
  return [...groups].sort((a, b) => Number(a.zeroVariance) - Number(b.zeroVariance)).slice(0, PROMPTS);
}

/** UNIPO's own names where it has one: grpo, dapo, drgrpo. */
function algorithmOf({ advantage_estimator, loss }: GrpoConfig): string {
  return advantage_estimator === 'grpo' ? loss.loss_type.replace('_', '') : advantage_estimator;
}

/** The ratio is 1 where nothing was learnt since: then the clipped objective of a token is its advantage. */
const CLIPPED = ['grpo', 'dr_grpo', 'dapo', 'bnpo'];

function tokensOf(
  { ids, tokens, logprobs, advantage }: RolloutRecord,
  step: number,
  { beta, loss_type }: GrpoConfig['loss'],
) {
  if (!ids)
    throw new Error(
      `step ${step} was recorded without token ids, which UNIPO needs: train the run again, or export JSONL`,
    );
  const advantages = tokens.map(() => advantage);
  return {
    ids,
    strings: tokens,
    log_probs: logprobs,
    old_log_probs: logprobs,
    advantages,
    ...(beta === 0 && CLIPPED.includes(loss_type) && { token_objective: advantages }),
  };
}

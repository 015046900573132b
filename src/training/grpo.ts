/** The GRPO loop: rollouts, rewards, advantages, update, and the policy takes the new adapter. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { seededRandom } from '../demos/random.ts';
import { teaches } from '../learner/grpoLoss.ts';
import type { Learner, LearnerGroup } from '../learner/learner.ts';
import { checkLoss } from '../learner/lossSettings.ts';
import type { Completion, EncodedPrompt, Policy } from '../policy/policy.ts';
import type { Question } from '../questions/question.ts';
import { scoreResponse, type Reward } from '../questions/reward.ts';
import { advantagesOf, hasZeroVariance, mean, tellingGroups } from './advantages.ts';
import type { GrpoConfig } from './grpoConfig.ts';
import { scheduledRate } from './learningRate.ts';
import { drawFrom } from './questionOrder.ts';
import { rolloutMetrics } from './rolloutMetrics.ts';
import type { GroupRecord } from './stepRecord.ts';
import type { TrainedStep, TrainingState } from './trainingState.ts';

export interface GrpoContext {
  policy: Policy;
  learner: Learner;
  /** To train on. */
  questions: Question[];
  images: (question: Question) => Promise<EncodedImage>;
}

/** What happens inside step `step`; group counts from 0, those that online_filtering replaces left out. */
export type GrpoProgress = { step: number; max_steps: number } & (
  | { phase: 'rollout'; group: number; groups: number; question: Question }
  /** One decoding step of the group: the new token of each response, null where it has ended. */
  | { phase: 'tokens'; group: number; groups: number; tokens: (string | null)[] }
  | {
      phase: 'scored';
      group: number;
      groups: number;
      question: Question;
      rewards: Reward[];
      terminated: boolean[];
    }
  | { phase: 'update'; done: number; total: number }
);

export interface GrpoOptions {
  /** Go on from here; without it from the adapter the learner holds. */
  resume?: TrainingState;
  signal?: AbortSignal;
  onProgress?: (progress: GrpoProgress) => void;
}

interface Rollout {
  question: Question;
  prompt: EncodedPrompt;
  completions: Completion[];
  rewards: Reward[];
}

/**
 * Yields each step with the state behind it, until max_steps are done. To pause, pull no more; to stop, abort or
 * return: the last yielded state resumes the run with the numbers an unbroken one would have had.
 *
 * Groups of equal rewards are counted (frac_reward_zero_std). Their advantages are 0: as in TRL they count in the means
 * of the loss, and in KL and entropy. When all are such and neither is asked for, the step makes no update and says so
 * with the one metric that is not TRL's, update_skipped = 1.
 * @throws AbortError; the step under way is lost. Error when the configuration does not fit together.
 */
export async function* grpo(
  context: GrpoContext,
  config: GrpoConfig,
  options: GrpoOptions = {},
): AsyncGenerator<TrainedStep, void, void> {
  checkConfig(config, context.questions);
  const { policy, learner } = context;
  let state = options.resume;
  if (state) await learner.setAdapter(state.adapter, state.optimizer);
  else state = { step: 0, position: 0, num_tokens: 0, ...(await learner.adapter()) };
  await policy.setAdapter(state.adapter);
  while (state.step < config.max_steps) {
    const trained = await trainStep(context, config, state, options);
    yield trained;
    state = trained.state;
  }
}

async function trainStep(
  context: GrpoContext,
  config: GrpoConfig,
  state: TrainingState,
  options: GrpoOptions,
): Promise<TrainedStep> {
  const started = performance.now();
  const step = state.step + 1;
  const rollouts = await rollOut(context, config, state, options);
  const judged = judge(rollouts, config);
  const groups = judged.flatMap(({ rollout, advantages, isUsed }) =>
    isUsed ? [learnerGroup(rollout, advantages)] : [],
  );
  const isUpdate = groups.some((group) => teaches(group, config.loss));
  const learning_rate = scheduledRate(config.optimizer.learning_rate, step, config.max_steps, config);
  const scheduled = { ...config, optimizer: { ...config.optimizer, learning_rate } };
  const learned = await update(context.learner, isUpdate ? groups : [], scheduled, step, options);
  const after = await context.learner.adapter();
  await context.policy.setAdapter(after.adapter);
  const position = state.position + rollouts.length;
  const num_tokens = state.num_tokens + rollouts.reduce((sum, rollout) => sum + countTokens(rollout), 0);
  const seconds = (performance.now() - started) / 1000;
  return {
    step,
    metrics: {
      ...rolloutMetrics(rollouts),
      ...learned,
      update_skipped: isUpdate ? 0 : 1,
      learning_rate,
      num_tokens,
      epoch: position / context.questions.length,
      step_time: seconds,
    },
    groups: judged.map(groupRecord),
    seconds,
    state: { step, position, num_tokens, ...after },
  };
}

/** All that was drawn; under online_filtering more than the step's groups where some have equal rewards. */
async function rollOut(
  context: GrpoContext,
  config: GrpoConfig,
  state: TrainingState,
  options: GrpoOptions,
): Promise<Rollout[]> {
  const groups = config.generation_batch_size / config.num_generations;
  const most = config.online_filtering ? groups * config.max_try_make_batch : groups;
  const rollouts: Rollout[] = [];
  let kept = 0;
  while (kept < groups && rollouts.length < most) {
    const drawn = rollouts.length;
    const count = Math.min(groups - kept, most - drawn);
    const questions = drawFrom(context.questions, config.seed, state.position + drawn, count);
    const at = { step: state.step + 1, max_steps: config.max_steps, group: kept, groups };
    const seeds = questions.map((_, i) => rolloutSeed(config.seed, at.step, drawn + i));
    rollouts.push(...(await rollOutTogether(context, config, questions, seeds, at, options)));
    kept = rollouts.filter((rollout) => isUsed(rollout, config)).length;
  }
  return rollouts;
}

/** Progress tells of the questions whose tokens come in while they are sampled, then of all as they are scored. */
async function rollOutTogether(
  { policy, images }: GrpoContext,
  config: GrpoConfig,
  questions: Question[],
  seeds: number[],
  at: { step: number; max_steps: number; group: number; groups: number },
  { signal, onProgress }: GrpoOptions,
): Promise<Rollout[]> {
  const told = new Set<number>();
  const begin = (i: number, group: number) => {
    if (!told.has(i)) onProgress?.({ ...at, group, phase: 'rollout', question: questions[i] });
    told.add(i);
  };
  signal?.throwIfAborted();
  begin(0, at.group);
  const prompts: EncodedPrompt[] = [];
  for (const question of questions) {
    signal?.throwIfAborted();
    prompts.push(await policy.encode(question.prompt, await images(question)));
  }
  const groups = await policy.generateBatch(
    prompts.map((prompt, i) => ({ prompt, seed: seeds[i] })),
    config.num_generations,
    config.sampling,
    {
      signal,
      onTokens:
        onProgress &&
        ((i, tokens) => {
          begin(i, at.group + i);
          onProgress({ ...at, group: at.group + i, phase: 'tokens', tokens });
        }),
    },
  );
  let { group } = at;
  return groups.map((completions, i) => {
    const question = questions[i];
    begin(i, group);
    const rewards = completions.map(({ text }) =>
      scoreResponse(text, question.answer, config.reward_weights),
    );
    onProgress?.({
      ...at,
      group,
      phase: 'scored',
      question,
      rewards,
      terminated: completions.map((c) => c.terminated),
    });
    const rollout = { question, prompt: prompts[i], completions, rewards };
    if (isUsed(rollout, config)) group++;
    return rollout;
  });
}

interface JudgedRollout {
  rollout: Rollout;
  advantages: number[];
  /** It is one of the step's: online_filtering has not replaced it. */
  isUsed: boolean;
  /** Its advantages are not all 0. */
  isTelling: boolean;
}

function judge(rollouts: Rollout[], config: GrpoConfig): JudgedRollout[] {
  const used = rollouts.filter((rollout) => isUsed(rollout, config));
  const rewards = used.map(totalRewards);
  const lengths = used.map(({ completions }) => completions.map(({ ids }) => ids.length));
  const advantages = advantagesOf(rewards, lengths, config);
  const telling = tellingGroups(rewards, config);
  return rollouts.map((rollout) => {
    const at = used.indexOf(rollout);
    const isTelling = at >= 0 && telling[at];
    const zeros = rollout.rewards.map(() => 0);
    return { rollout, advantages: isTelling ? advantages[at] : zeros, isUsed: at >= 0, isTelling };
  });
}

/** online_filtering drops groups of equal rewards before anything is compared. */
function isUsed(rollout: Rollout, { online_filtering }: GrpoConfig): boolean {
  return !online_filtering || !hasZeroVariance(totalRewards(rollout));
}

function totalRewards({ rewards }: Rollout): number[] {
  return rewards.map(({ total }) => total);
}

/** num_iterations updates on the same rollouts; metrics are their means. Without groups nothing is done. */
async function update(
  learner: Learner,
  groups: LearnerGroup[],
  config: GrpoConfig,
  step: number,
  { signal, onProgress }: GrpoOptions,
): Promise<Record<string, number>> {
  if (groups.length === 0) return {};
  const { temperature, max_completion_length } = config.sampling;
  if (config.num_iterations > 1) groups = await withOldLogprobs(learner, groups, config, signal);
  const total = config.num_iterations * groups.length;
  const metrics: Record<string, number>[] = [];
  for (let iteration = 0; iteration < config.num_iterations; iteration++) {
    const before = iteration * groups.length;
    metrics.push(
      await learner.update(groups, { ...config.loss, temperature, max_completion_length }, config.optimizer, {
        signal,
        onProgress: (done) =>
          onProgress?.({ step, max_steps: config.max_steps, phase: 'update', done: before + done, total }),
      }),
    );
  }
  return Object.fromEntries(Object.keys(metrics[0]).map((name) => [name, mean(metrics.map((m) => m[name]))]));
}

/** The ratio of later updates is taken to the policy as it stood before the first. */
async function withOldLogprobs(
  learner: Learner,
  groups: LearnerGroup[],
  { loss, sampling }: GrpoConfig,
  signal?: AbortSignal,
): Promise<LearnerGroup[]> {
  const old: LearnerGroup[] = [];
  for (const group of groups) {
    signal?.throwIfAborted();
    if (!teaches(group, loss)) {
      old.push(group);
      continue;
    }
    const logprobs = await learner.logprobs(group, sampling.temperature);
    const responses = group.responses.map((response, i) => ({ ...response, oldLogprobs: logprobs[i] }));
    old.push({ ...group, responses });
  }
  return old;
}

function learnerGroup({ prompt, completions }: Rollout, advantages: number[]): LearnerGroup {
  return {
    promptEmbeds: prompt.embeds,
    responses: completions.map(({ ids, logprobs, terminated }, i) => ({
      ids,
      samplingLogprobs: logprobs,
      oldLogprobs: null,
      advantage: advantages[i],
      truncated: !terminated,
    })),
  };
}

function groupRecord({ rollout, advantages, isTelling }: JudgedRollout): GroupRecord {
  const { question, completions, rewards } = rollout;
  return {
    question: question.id,
    kind: question.kind,
    answer: question.answer,
    zeroVariance: !isTelling,
    responses: completions.map(({ text, tokens, ids, logprobs, entropies, terminated, letters }, i) => ({
      text,
      tokens,
      ids: [...ids],
      logprobs: [...logprobs],
      entropies: [...entropies],
      reward: rewards[i],
      advantage: advantages[i],
      terminated,
      letters,
    })),
  };
}

function countTokens({ prompt, completions }: Rollout): number {
  return completions.reduce((sum, { ids }) => sum + prompt.ids.length + ids.length, 0);
}

/** Every rollout has its own stream of random numbers, whatever was drawn before it. */
function rolloutSeed(seed: number, step: number, group: number): number {
  return Math.floor(seededRandom(seed, 'rollout', step, group)() * 2 ** 31);
}

function checkConfig(config: GrpoConfig, questions: Question[]): void {
  const { num_generations, generation_batch_size, num_iterations, max_try_make_batch } = config;
  if (questions.length === 0)
    throw new Error('there are no questions to train on: load demonstrations first');
  if (!(Number.isInteger(num_generations) && num_generations >= 2))
    throw new Error(`num_generations ${num_generations} is too few: a group needs at least 2 responses`);
  if (!(generation_batch_size >= num_generations && generation_batch_size % num_generations === 0))
    throw new Error(
      `generation_batch_size ${generation_batch_size} is not a multiple of num_generations ${num_generations}`,
    );
  if (!(Number.isInteger(num_iterations) && num_iterations >= 1))
    throw new Error(`num_iterations ${num_iterations} is not a whole number of at least 1`);
  if (!(Number.isInteger(max_try_make_batch) && max_try_make_batch >= 1))
    throw new Error(`max_try_make_batch ${max_try_make_batch} is not a whole number of at least 1`);
  checkLoss(config.loss);
  if (!(config.sampling.temperature > 0))
    throw new Error(`temperature ${config.sampling.temperature}: a group samples, choose more than 0`);
}

/** Supervised fine-tuning of the adapter that GRPO trains: given responses made likelier, the prompt masked. */
import type { LoraConfig } from '../checkpoint/adapter.ts';
import type { EncodedImage } from '../demos/demonstration.ts';
import type { Learner, LearnerGroup, OptimizerSettings } from '../learner/learner.ts';
import type { Policy } from '../policy/policy.ts';
import type { Question } from '../questions/question.ts';
import { scheduledRate, type Schedule } from './learningRate.ts';
import { drawFrom } from './questionOrder.ts';
import type { TrainingState } from './trainingState.ts';

/** What is asked, and of which picture. */
export type AskedOf = Pick<Question, 'id' | 'demonstration' | 'camera' | 'frame' | 'prompt'>;

export interface SftExample {
  question: AskedOf;
  /** What the model is to write after the prompt, whole: thought, answer, tags. */
  response: string;
}

/** Names as in TRL's SFTConfig. */
export interface SftConfig extends Schedule {
  num_train_epochs: number;
  /** Updates in all, in place of num_train_epochs; without it the epochs count. */
  max_steps?: number;
  /** Examples in an update. */
  per_device_train_batch_size: number;
  optimizer: OptimizerSettings;
  lora: LoraConfig;
  seed: number;
}

export interface SftContext {
  /** Turns prompts into embeddings and responses into tokens; it generates nothing. */
  policy: Pick<Policy, 'encode' | 'encodeResponse'>;
  learner: Learner;
  examples: SftExample[];
  images: (question: AskedOf) => Promise<EncodedImage>;
}

export interface SftOptions {
  /** Go on from here; without it from the adapter the learner holds. */
  resume?: TrainingState;
  signal?: AbortSignal;
  /** Examples learned of the step's. */
  onProgress?: (progress: { step: number; steps: number; done: number; total: number }) => void;
}

/** One update; metrics under the names of TRL's SFTTrainer. */
export interface SftStep {
  /** From 1. */
  step: number;
  metrics: Record<string, number>;
  seconds: number;
  state: TrainingState;
}

/** Updates of a whole run; the last one may hold fewer examples. */
export function sftSteps(examples: number, config: SftConfig): number {
  return (
    config.max_steps ?? Math.ceil((examples * config.num_train_epochs) / config.per_device_train_batch_size)
  );
}

/**
 * Yields each update with the state behind it. To pause, pull no more; to stop, abort or return: the last yielded state
 * resumes the run with the numbers an unbroken one would have had.
 * @throws AbortError; the step under way is lost. Error when the configuration does not fit together.
 */
export async function* sft(
  context: SftContext,
  config: SftConfig,
  options: SftOptions = {},
): AsyncGenerator<SftStep, void, void> {
  checkConfig(config, context.examples);
  const { learner, examples } = context;
  let state = options.resume;
  if (state) await learner.setAdapter(state.adapter, state.optimizer);
  else state = { step: 0, position: 0, num_tokens: 0, ...(await learner.adapter()) };
  const steps = sftSteps(examples.length, config);
  while (state.step < steps) {
    const trained: SftStep = await sftStep(context, config, state, steps, options);
    yield trained;
    state = trained.state;
  }
}

async function sftStep(
  { policy, learner, examples, images }: SftContext,
  config: SftConfig,
  state: TrainingState,
  steps: number,
  { signal, onProgress }: SftOptions,
): Promise<SftStep> {
  const started = performance.now();
  const step = state.step + 1;
  const left = config.max_steps ? Infinity : examples.length * config.num_train_epochs - state.position;
  const count = Math.min(config.per_device_train_batch_size, left);
  const groups: LearnerGroup[] = [];
  let num_tokens = state.num_tokens;
  for (const { question, response } of drawFrom(examples, config.seed, state.position, count)) {
    signal?.throwIfAborted();
    const prompt = await policy.encode(question.prompt, await images(question));
    const ids = await policy.encodeResponse(response);
    groups.push(supervisedGroup(prompt.embeds, ids));
    num_tokens += prompt.ids.length + ids.length;
  }
  const learning_rate = scheduledRate(config.optimizer.learning_rate, step, steps, config);
  const learned = await learner.update(
    groups,
    { loss_type: 'nll' },
    { ...config.optimizer, learning_rate },
    { signal, onProgress: (done) => onProgress?.({ step, steps, done, total: count }) },
  );
  const position = state.position + count;
  const seconds = (performance.now() - started) / 1000;
  return {
    step,
    metrics: {
      ...learned,
      learning_rate,
      num_tokens,
      epoch: position / examples.length,
      step_time: seconds,
    },
    seconds,
    state: { step, position, num_tokens, ...(await learner.adapter()) },
  };
}

function supervisedGroup(promptEmbeds: Float32Array, ids: Int32Array): LearnerGroup {
  const samplingLogprobs = new Float32Array(ids.length);
  return { promptEmbeds, responses: [{ ids, samplingLogprobs, oldLogprobs: null, advantage: 0 }] };
}

function checkConfig(config: SftConfig, examples: SftExample[]): void {
  if (examples.length === 0) throw new Error('there are no responses to train on: give at least one');
  for (const key of ['num_train_epochs', 'per_device_train_batch_size'] as const)
    if (!(Number.isInteger(config[key]) && config[key] >= 1))
      throw new Error(`${key} ${config[key]} is not a whole number of at least 1`);
}

/** Supervised fine-tuning step by step as GRPO's: on the questions that GRPO would ask, or on the paper's own rows. */
import type { Demonstration } from '../demos/demonstration.ts';
import type { Question, QuestionSettings } from '../questions/question.ts';
import { makeSftExamples } from '../questions/sft.ts';
import { supervisedResponse } from '../questions/supervisedResponse.ts';
import type { SftSettings } from '../runs/run.ts';
import type { Policy } from '../policy/policy.ts';
import type { GrpoConfig } from './grpoConfig.ts';
import { sft, type SftContext, type SftExample } from './sft.ts';
import type { TrainedStep, TrainingState } from './trainingState.ts';

interface Options {
  resume?: TrainingState;
  signal: AbortSignal;
  onProgress: (step: number, done: number, total: number) => void;
}

/** What the rows are made of. */
export interface SupervisedSource {
  /** To train on. */
  questions: Question[];
  /** Those of the questions at least. */
  demonstrations: Demonstration[];
  /** By which the questions were made. */
  settings: QuestionSettings;
}

/**
 * "answer" and "reasoned" answer the questions themselves. "direct" and "cot" are the paper's baselines: open questions
 * about the same demonstrations, without options, answered by the position alone or after a plan.
 * @throws Error when the demonstrations of the questions are not at hand
 */
export function supervisedExamples(
  { questions, demonstrations, settings }: SupervisedSource,
  { response: form }: SftSettings,
): SftExample[] {
  if (form === 'answer' || form === 'reasoned')
    return questions.map((question) => ({ question, response: supervisedResponse(question, form) }));
  const asked = new Set(questions.map(({ demonstration }) => demonstration));
  const own = demonstrations.filter(({ id }) => asked.has(id));
  const rows = makeSftExamples(own, settings, form);
  if (rows.length === 0)
    throw new Error(
      `response ${form} is made of the demonstrations, and those of the questions are not open: open them, or choose answer or reasoned`,
    );
  return rows.map(({ response, ...question }) => ({ question, response }));
}

/** Steps without rollouts; and the policy takes each new adapter. @throws AbortError; what sft throws. */
export async function* supervised(
  { policy, learner, images }: Pick<SftContext, 'learner' | 'images'> & { policy: Policy },
  source: SupervisedSource,
  config: GrpoConfig,
  settings: SftSettings,
  { resume, signal, onProgress }: Options,
): AsyncGenerator<TrainedStep, void, void> {
  const examples = supervisedExamples(source, settings);
  const { max_steps, optimizer, lora, seed, lr_scheduler_type, warmup_steps } = config;
  const { per_device_train_batch_size } = settings;
  const steps = sft(
    { policy, learner, examples, images },
    {
      num_train_epochs: 1,
      max_steps,
      per_device_train_batch_size,
      optimizer,
      lora,
      seed,
      lr_scheduler_type,
      warmup_steps,
    },
    { resume, signal, onProgress: ({ step, done, total }) => onProgress(step, done, total) },
  );
  for await (const step of steps) {
    await policy.setAdapter(step.state.adapter);
    yield { ...step, groups: [] };
  }
}

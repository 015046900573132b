/** Supervised fine-tuning on the questions that GRPO would ask, step by step as GRPO's. */
import { supervisedResponse } from '../questions/supervisedResponse.ts';
import type { SftSettings } from '../runs/run.ts';
import type { GrpoContext } from './grpo.ts';
import type { GrpoConfig } from './grpoConfig.ts';
import { sft } from './sft.ts';
import type { TrainedStep, TrainingState } from './trainingState.ts';

export const DEFAULT_SFT_SETTINGS: SftSettings = { per_device_train_batch_size: 16, response: 'reasoned' };

interface Options {
  resume?: TrainingState;
  signal: AbortSignal;
  onProgress: (step: number, done: number, total: number) => void;
}

/** Steps without rollouts; and the policy takes each new adapter. @throws AbortError; what sft throws. */
export async function* supervised(
  { policy, learner, questions, images }: GrpoContext,
  config: GrpoConfig,
  settings: SftSettings,
  { resume, signal, onProgress }: Options,
): AsyncGenerator<TrainedStep, void, void> {
  const examples = questions.map((question) => ({
    question,
    response: supervisedResponse(question, settings.response),
  }));
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

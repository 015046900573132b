/** A run of three steps, trained by toys, and what it was trained with. */
import { evaluate } from '../../evaluation/evaluate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../../questions/question.ts';
import { grpo } from '../../training/grpo.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { toyImage, ToyLearner, ToyPolicy, toyQuestion } from '../../training/testing/toyModel.ts';
import type { TrainedStep } from '../../training/trainingState.ts';
import type { RunSettings } from '../run.ts';
import type { Runs } from '../runs.ts';

const QUESTIONS = Array.from({ length: 6 }, (_, i) => toyQuestion(i));
export const CONFIG = { ...DEFAULT_GRPO_CONFIG, max_steps: 3, generation_batch_size: 16 };

export const SETTINGS: RunSettings = {
  name: 'first try',
  checkpoint: 'toy',
  bundle: { name: 'demos.zip', sha256: null },
  question_settings: DEFAULT_QUESTION_SETTINGS,
  test_fraction: 0.3,
  config: CONFIG,
};

async function train(): Promise<TrainedStep[]> {
  const context = {
    policy: new ToyPolicy(),
    learner: new ToyLearner(),
    questions: QUESTIONS,
    images: toyImage,
  };
  const steps: TrainedStep[] = [];
  for await (const step of grpo(context, CONFIG)) steps.push(step);
  return steps;
}

export const STEPS = await train();
export const REPORT = await evaluate(
  { policy: new ToyPolicy(), questions: QUESTIONS, images: toyImage },
  { samples: 2, max_completion_length: 4, seed: 0, blind: false },
);

export async function trainedRun(runs: Runs): Promise<string> {
  const { id } = await runs.create(SETTINGS);
  for (const step of STEPS) await runs.appendStep(id, step);
  await runs.saveEvaluation(id, 3, REPORT);
  return id;
}

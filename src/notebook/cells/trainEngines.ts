/** What a training works with, and the parts of its way that need no more than that. */
import type { Bundle, EncodedImage } from '../../demos/demonstration.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import type { EvaluationReport } from '../../evaluation/report.ts';
import type { Learner } from '../../learner/learner.ts';
import type { Policy } from '../../policy/policy.ts';
import type { QuestionSettings } from '../../questions/question.ts';
import type { RunSettings, RunSummary } from '../../runs/run.ts';
import type { GrpoProgress } from '../../training/grpo.ts';
import type { GrpoConfig } from '../../training/grpoConfig.ts';
import type { TrainedStep, TrainingState } from '../../training/trainingState.ts';
import { askedQuestions } from '../askedQuestions.ts';
import { questionImage, type Pictured, type Progress } from '../notebook.svelte.ts';
import { bundleFingerprint } from '../remoteDemos.ts';
import { checkBundle, checkQuestions, sourceOf, type Shown } from '../runGoesOn.ts';
import { runName } from '../runName.ts';
import type { TrainConfig } from '../trainConfig.ts';
import { trainingData, type QuestionSource, type TrainingData } from '../trainingData.ts';
import { unlessAborted } from '../unlessAborted.ts';

export interface Engines {
  policy: Policy;
  learner: Learner;
  source: QuestionSource;
  data: TrainingData;
  /** By which the questions were made. */
  settings: QuestionSettings;
  images: (question: Pictured) => Promise<EncodedImage>;
}

/**
 * What a training on a bundle asks: a run that goes on what it began with, a new one what is shown.
 * @throws Error that names what to open or load first.
 */
export async function askedBy(
  run: RunSummary | null,
  checkpoint: string,
  bundle: Bundle,
  { data: from, test_fraction, eval_questions }: TrainConfig,
  shown: Shown,
): Promise<Omit<Engines, 'policy' | 'learner'>> {
  if (run) await checkBundle(run, checkpoint, bundle);
  const settings = run?.question_settings ?? shown.questionSettings;
  const source =
    from === 'tabletop' ? { bundle, opened: null, edits: new Map() } : sourceOf(run, bundle, shown);
  const data = await trainingData(source, settings, test_fraction, eval_questions);
  const opened = source.opened && shown.openedQuestions;
  await checkQuestions(run, source, data, opened);
  return { source, data, settings, images: (question) => questionImage(bundle, question, opened) };
}

export interface Told {
  /** Of GRPO's rollouts and updates. */
  follow: (progress: GrpoProgress) => void;
  progress: (progress: Progress) => void;
}

/** From `state` on, or from the start. @throws AbortError; nothing is told after it. */
export async function* stepsOf(
  { method, sft, grpo: config }: TrainConfig,
  { policy, learner, source, data, settings, images }: Engines,
  state: TrainingState | null,
  told: Told,
  signal: AbortSignal,
): AsyncGenerator<TrainedStep, void, void> {
  const questions = data.train;
  const resume = state ?? undefined;
  if (method === 'grpo') {
    const { grpo } = await import('../../training/grpo.ts');
    const onProgress = unlessAborted(signal, told.follow);
    yield* grpo({ policy, learner, questions, images }, config, { resume, signal, onProgress });
    return;
  }
  const onProgress = unlessAborted(signal, (step: number, done: number, total: number) =>
    told.progress({ label: `Step ${step} of ${config.max_steps}: learning, example`, done, total }),
  );
  const { supervised } = await import('../../training/supervised.ts');
  const { demonstrations } = source.bundle;
  const made = { questions, demonstrations, settings };
  yield* supervised({ policy, learner, images }, made, config, sft, { resume, signal, onProgress });
}

/** Held-out questions are asked before training, after every eval_steps, and after the last step. */
export function isDue({ max_steps, eval_steps }: GrpoConfig, step: number): boolean {
  return step === 0 || step === max_steps || (eval_steps > 0 && step % eval_steps === 0);
}

/** @param step after which they are asked. @throws AbortError; nothing is told after it. */
export function askHeldOut(
  { policy, data, images }: Engines,
  { eval_samples, grpo: config }: TrainConfig,
  step: number,
  told: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const label = `Asking held-out questions ${step === 0 ? 'before training' : `after step ${step}`}`;
  return evaluate(
    { policy, questions: data.heldOut, images },
    {
      samples: eval_samples,
      max_completion_length: config.sampling.max_completion_length,
      seed: config.seed,
      blind: false,
      signal,
      onProgress: unlessAborted(signal, ({ done, total }) => told({ label, done, total })),
    },
  );
}

/** What a new run is made of. @param checkpoint its name */
export async function runSettings(
  config: TrainConfig,
  { source, data, settings }: Engines,
  checkpoint: string,
): Promise<RunSettings> {
  const { bundle } = source;
  return {
    name: runName(config, new Date()),
    checkpoint,
    bundle: { name: bundle.name, sha256: await bundleFingerprint(bundle) },
    question_settings: settings,
    questions: await askedQuestions(source, data),
    test_fraction: config.test_fraction,
    config: config.grpo,
    sft: config.method === 'sft' ? config.sft : null,
  };
}

/** Why a training ended, and what can be done. @param kept steps that are stored */
export function endedBy({ name, message }: Error, kept: number): string {
  if (name !== 'OutOfMemoryError' || kept === 0) return message;
  return `${message}. The ${kept} steps before are kept: go on as it is, or with other settings in a new run that begins with this one (in Runs).`;
}

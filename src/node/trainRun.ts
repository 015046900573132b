/** A whole run: held-out questions before, GRPO or supervised steps with evaluations on the way, the same questions after. */
import { evaluate } from '../evaluation/evaluate.ts';
import type { EvaluationReport } from '../evaluation/report.ts';
import { summary, type EvaluationSummary } from '../evaluation/summary.ts';
import type { Learner } from '../learner/learner.ts';
import type { Policy } from '../policy/policy.ts';
import type { Question } from '../questions/question.ts';
import type { Demonstration, EncodedImage } from '../demos/demonstration.ts';
import { grpo, type GrpoProgress } from '../training/grpo.ts';
import type { AskedOf } from '../training/sft.ts';
import { supervised } from '../training/supervised.ts';
import type { TrainedStep } from '../training/trainingState.ts';
import type { Terminal } from './command.ts';
import type { RunFolder } from './runFolder.ts';

export interface TrainRun {
  folder: RunFolder;
  policy: Policy;
  /** Holds the adapter to start from where the run has no state yet. */
  learner: Learner;
  questions: { train: Question[]; held: Question[] };
  demonstrations: Demonstration[];
  images: (question: AskedOf) => Promise<EncodedImage>;
  /** Samples of each held-out question. */
  samples: number;
}

export interface TrainingReport {
  before: EvaluationSummary;
  after: EvaluationSummary;
  /** The same questions with grey pictures. */
  blind: { before: EvaluationSummary; after: EvaluationSummary };
  steps: number;
  /** Of training and evaluation, whether in one go or resumed. */
  seconds: number;
}

/** The evaluations whole, for paired tests over questions. */
export interface FullReport {
  name: string;
  checkpoint: string;
  seed: number;
  steps: number;
  seconds: number;
  before: EvaluationReport;
  after: EvaluationReport;
  blind: { before: EvaluationReport; after: EvaluationReport };
}

/** Every step and evaluation is saved as it is done; what the folder holds already is not done again. @throws AbortError */
export async function trainRun(train: TrainRun, terminal: Terminal): Promise<TrainingReport> {
  const { folder, policy, learner } = train;
  const { config } = folder.run;
  await policy.setAdapter(folder.run.state?.adapter ?? (await learner.adapter()).adapter);
  const isDue = (step: number) =>
    config.eval_steps > 0 && step % config.eval_steps === 0 && step < config.max_steps;
  if (folder.run.steps === 0) await evaluateBoth(train, terminal);
  // Stopped between a step and its evaluation, it makes up for that.
  else if (isDue(folder.run.steps)) await evaluateHere(train, false, terminal);
  for await (const step of stepsOf(train, terminal)) {
    await folder.appendStep(step);
    terminal.note(describeStep(step, config.max_steps));
    if (isDue(step.step)) await evaluateHere(train, false, terminal);
  }
  await evaluateBoth(train, terminal);
  const full = fullReport(folder);
  await folder.write('report.json', JSON.stringify(full) + '\n');
  return {
    before: summary(full.before),
    after: summary(full.after),
    blind: { before: summary(full.blind.before), after: summary(full.blind.after) },
    steps: full.steps,
    seconds: full.seconds,
  };
}

function stepsOf(
  { folder, policy, learner, questions, demonstrations, images }: TrainRun,
  terminal: Terminal,
): AsyncGenerator<TrainedStep, void, void> {
  const { config, sft, state, question_settings: settings } = folder.run;
  const { signal } = terminal;
  const resume = state ?? undefined;
  if (!sft) {
    const onProgress = (progress: GrpoProgress) => terminal.progress(describeProgress(progress));
    return grpo({ policy, learner, questions: questions.train, images }, config, {
      resume,
      signal,
      onProgress,
    });
  }
  const onProgress = (step: number, done: number, total: number) =>
    terminal.progress(`step ${step}/${config.max_steps}: example ${done}/${total}`);
  const source = { questions: questions.train, demonstrations, settings };
  return supervised({ policy, learner, images }, source, config, sft, { resume, signal, onProgress });
}

async function evaluateBoth(train: TrainRun, terminal: Terminal): Promise<void> {
  for (const blind of [false, true]) await evaluateHere(train, blind, terminal);
}

/** Sampling is seeded alike in every run, so that runs differ by what they learned alone. */
async function evaluateHere(train: TrainRun, blind: boolean, terminal: Terminal): Promise<void> {
  const { folder, policy, questions, images, samples } = train;
  if (evaluationAt(folder, folder.run.steps, blind)) return;
  const where = `${blind ? 'blind control' : 'held-out questions'} after ${folder.run.steps} steps`;
  const report = await evaluate(
    { policy, questions: questions.held, images },
    {
      samples,
      max_completion_length: folder.run.config.sampling.max_completion_length,
      seed: 0,
      blind,
      signal: terminal.signal,
      onProgress: ({ done, total, correct }) =>
        terminal.progress(`${where}: ${done}/${total}, ${correct} right`),
    },
  );
  await folder.saveEvaluation(report);
  terminal.note(
    `${where}: greedy ${percent(report.accuracy.value)}, sampled ${percent(report.sampled_accuracy.value)}, format ${percent(report.format.value)} (n = ${report.accuracy.n}, ${Math.round(report.seconds)} s)`,
  );
}

function evaluationAt(folder: RunFolder, step: number, blind: boolean): EvaluationReport | undefined {
  return folder.run.evaluations.find((saved) => saved.step === step && saved.report.blind === blind)?.report;
}

function fullReport(folder: RunFolder): FullReport {
  const { name, checkpoint, config, steps, records, evaluations } = folder.run;
  const at = (step: number, blind: boolean) => evaluationAt(folder, step, blind)!;
  const spent = [...records, ...evaluations.map(({ report }) => report)];
  return {
    name,
    checkpoint,
    seed: config.seed,
    steps,
    seconds: spent.reduce((sum, { seconds }) => sum + seconds, 0),
    before: at(0, false),
    after: at(steps, false),
    blind: { before: at(0, true), after: at(steps, true) },
  };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function describeProgress(progress: GrpoProgress): string {
  const step = `step ${progress.step}/${progress.max_steps}`;
  if (progress.phase === 'update') return `${step}: update, group ${progress.done}/${progress.total}`;
  return `${step}: rollouts, group ${progress.group + 1}/${progress.groups}`;
}

function describeStep({ step, metrics, seconds }: TrainedStep, steps: number): string {
  const value = (name: string) => metrics[name].toFixed(3);
  const what =
    'loss' in metrics
      ? `loss ${value('loss')}`
      : `reward ${value('reward')}, accuracy ${value('rewards/accuracy/mean')}, format ${value('rewards/format/mean')}`;
  const skipped = metrics.update_skipped ? ', no update: every group is flat' : '';
  return `step ${step}/${steps}: ${what}, ${seconds.toFixed(1)} s${skipped}`;
}

/** What `robot-r1 train` and `robot-r1 sft` share: flags of a run, going on with one, and what is said at its end. */
import { KINDS } from '../questions/question.ts';
import type { RunSettings } from '../runs/run.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../training/grpoConfig.ts';
import { numberBetween, UsageError, wholeNumber, type Terminal } from './command.ts';
import { HELD_OUT } from './heldOut.ts';
import { MAPPING_HELP, readMapping } from './mappingFlag.ts';
import { MODEL_HELP } from './openCheckpoint.ts';
import { DEFAULT_BUNDLE } from './openDemonstrations.ts';
import { PRESET_HELP, presetSettings } from './presetFlag.ts';
import type { HeldOut } from './openTraining.ts';
import type { TrainingReport } from './trainRun.ts';

const text = { type: 'string' } as const;
export const TRAINING_OPTIONS = {
  out: text,
  resume: text,
  adapter: text,
  model: text,
  mirror: text,
  preset: text,
  mapping: text,
  seed: text,
  steps: text,
  lr: text,
  'max-length': text,
  'eval-steps': text,
  'test-share': text,
  'eval-questions': text,
  samples: text,
  json: { type: 'boolean', default: false },
} as const;

export type TrainingValues = {
  [K in keyof typeof TRAINING_OPTIONS]?: (typeof TRAINING_OPTIONS)[K]['type'] extends 'boolean'
    ? boolean
    : string;
};

/** A resumed run keeps these. */
const FIXED = [
  'out',
  'adapter',
  'model',
  'preset',
  'mapping',
  'seed',
  'lr',
  'max-length',
  'eval-steps',
  'test-share',
] as const satisfies (keyof TrainingValues)[];

const C = DEFAULT_GRPO_CONFIG;

/** @param own lines of the command's own flags, between those of the run and those of its evaluation. */
export function trainingHelp(own: [string, string][]): [string, string][] {
  return [
    ['--out DIR', 'where the run goes: PEFT adapter, metrics.jsonl, rollouts.jsonl, report.json'],
    ['--resume DIR', 'go on with the run in DIR, to --steps if given'],
    ['--adapter DIR', 'begin with a PEFT adapter or what a run in DIR learned, and keep its LoRA settings'],
    ...MODEL_HELP,
    PRESET_HELP,
    MAPPING_HELP,
    ['--seed N', `seed of adapter, order and rollouts (${C.seed})`],
    ['--steps N', `updates of the adapter (${C.max_steps})`],
    ['--lr X', `learning rate (${C.optimizer.learning_rate})`],
    ...own,
    ['--max-length N', `tokens of a response at most (${C.sampling.max_completion_length})`],
    ['--eval-steps N', `held-out questions every N steps; 0: only before and after (${C.eval_steps})`],
    ['--test-share X', `share of the demonstrations held out (${HELD_OUT.share})`],
    ['--eval-questions N', `held-out questions, as many of each kind as can be had (${HELD_OUT.questions})`],
    ['--samples N', `samples of each at temperature 1 (${HELD_OUT.samples})`],
    ['--json', 'print {"before", "after", "blind", "steps", "seconds"}'],
  ];
}

/** @throws UsageError */
export function wholeOr(flag: string, given: string | undefined, otherwise: number, least = 1): number {
  return given === undefined ? otherwise : wholeNumber(flag, given, least);
}

/** Of a new run, as far as every training has them. @throws UsageError */
export function trainingConfig(values: TrainingValues): GrpoConfig {
  const rate = values.lr === undefined ? C.optimizer.learning_rate : numberBetween('lr', values.lr, 0, 1);
  const longest = wholeOr('max-length', values['max-length'], C.sampling.max_completion_length);
  return {
    ...structuredClone(C),
    max_steps: wholeOr('steps', values.steps, C.max_steps),
    eval_steps: wholeOr('eval-steps', values['eval-steps'], C.eval_steps, 0),
    seed: wholeOr('seed', values.seed, C.seed, 0),
    optimizer: { ...C.optimizer, learning_rate: rate },
    sampling: { ...C.sampling, max_completion_length: longest },
  };
}

interface Called {
  /** Of the command, to say how to go on. */
  command: string;
  values: TrainingValues;
  positionals: string[];
  /** Flags of the command's own that a resumed run keeps. */
  fixed: readonly string[];
  /** Of a new run. */
  settings: Pick<RunSettings, 'config' | 'sft'>;
}

/** Trains, and prints what came of it. @throws UsageError; AbortError, the steps before it saved. */
export async function train(called: Called, terminal: Terminal): Promise<void> {
  const { command, values, positionals, settings } = called;
  const given = values as Record<string, unknown>;
  const changed = [...FIXED, ...called.fixed].find((flag) => given[flag] !== undefined);
  if (values.resume && changed) throw new UsageError(`--${changed} cannot be changed with --resume`);
  if (!values.resume && !values.out) throw new UsageError('say with --out DIR where the run goes');
  const held_out = {
    questions: wholeOr('eval-questions', values['eval-questions'], HELD_OUT.questions),
    samples: wholeOr('samples', values.samples, HELD_OUT.samples),
  };
  const share = values['test-share'];
  const split = {
    test_fraction: share === undefined ? HELD_OUT.share : numberBetween('test-share', share, 0.01, 0.99),
    question_settings: presetSettings(values.preset),
    mapping: await readMapping(values.mapping),
  };
  const { startRun, resumeRun } = await import('./openTraining.ts');
  const model = { mirror: values.mirror, terminal };
  const common = { bundle: positionals[0] ?? DEFAULT_BUNDLE, model };
  const steps = values.steps === undefined ? null : settings.config.max_steps;
  const training = values.resume
    ? await resumeRun({ ...common, folder: values.resume, steps, held_out: givenOf(values, held_out) })
    : await startRun({
        ...common,
        ...split,
        ...settings,
        held_out,
        folder: values.out!,
        checkpoint: values.model,
        adapter: values.adapter,
      });
  const { folder, questions } = training;
  const count = folder.run.held_out!.questions;
  terminal.note(`${questions.train.length} questions to train on, ${questions.held.length} held out`);
  if (questions.held.length < count)
    terminal.note(`only ${questions.held.length} held-out questions, not ${count}: give more demonstrations`);
  const { trainRun } = await import('./trainRun.ts');
  try {
    const report = await trainRun(training, terminal);
    if (values.json) terminal.print(JSON.stringify(report));
    else for (const line of asTable(report)) terminal.print(line);
  } catch (error) {
    if ((error as Error).name === 'AbortError')
      terminal.note(
        `saved after ${folder.run.steps} steps; go on with: robot-r1 ${command} --resume ${folder.path}`,
      );
    throw error;
  }
}

/** What of it was said and is not a default. */
function givenOf(values: TrainingValues, held_out: HeldOut): Partial<HeldOut> {
  return {
    ...(values['eval-questions'] !== undefined && { questions: held_out.questions }),
    ...(values.samples !== undefined && { samples: held_out.samples }),
  };
}

function asTable({ before, after, blind, steps, seconds }: TrainingReport): string[] {
  const row = (label: string, ...cells: string[]) =>
    label.padEnd(16) + cells.map((cell) => cell.padStart(18)).join('');
  const change = (from: number, to: number) => `${(100 * from).toFixed(1)} -> ${(100 * to).toFixed(1)} %`;
  return [
    `${steps} steps in ${Math.round(seconds)} s, ${after.n} held-out questions`,
    row('', 'greedy', 'sampled', 'format', 'blind, sampled'),
    ...(['all', ...KINDS] as const).flatMap((kind) => {
      const pick = (report: typeof before) => (kind === 'all' ? report : report.by_kind[kind]);
      const [b, a, bb, ba] = [before, after, blind.before, blind.after].map(pick);
      if (!b || !a || !bb || !ba) return [];
      return row(
        kind,
        change(b.accuracy, a.accuracy),
        change(b.sampled_accuracy, a.sampled_accuracy),
        change(b.format, a.format),
        change(bb.sampled_accuracy, ba.sampled_accuracy),
      );
    }),
  ];
}

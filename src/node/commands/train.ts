import { findPreset, PRESET_IDS } from '../../questions/presets.ts';
import { KINDS } from '../../questions/question.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../../training/grpoConfig.ts';
import { numberBetween, oneOf, parse, UsageError, wholeNumber, type Command } from '../command.ts';
import { GRPO_FLAGS, GRPO_HELP, GRPO_OPTIONS, withGrpoFlags } from '../grpoFlags.ts';
import { HELD_OUT } from '../heldOut.ts';
import { MODEL_HELP } from '../openCheckpoint.ts';
import { DEFAULT_BUNDLE } from '../openDemonstrations.ts';
import type { RunFolder } from '../runFolder.ts';
import type { TrainingReport } from '../trainRun.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  out: text,
  resume: text,
  model: text,
  mirror: text,
  preset: text,
  seed: text,
  steps: text,
  lr: text,
  generations: text,
  rollouts: text,
  'max-length': text,
  'eval-steps': text,
  'test-share': text,
  'eval-questions': { ...text, default: String(HELD_OUT.questions) },
  samples: { ...text, default: String(HELD_OUT.samples) },
  json: { type: 'boolean', default: false },
  ...GRPO_OPTIONS,
} as const;

/** A resumed run keeps these. */
const FIXED = [
  'out',
  'model',
  'preset',
  'seed',
  'lr',
  'generations',
  'rollouts',
  'max-length',
  'eval-steps',
  'test-share',
  ...GRPO_FLAGS,
] as const;

const C = DEFAULT_GRPO_CONFIG;

export const command: Command = {
  summary: 'Train an adapter by GRPO on the CPU.',
  usage: 'train [FILE] --out DIR [options]   (FILE: demonstrations; without it the sample ones)',
  help: [
    ['--out DIR', 'where the run goes: PEFT adapter, metrics.jsonl, rollouts.jsonl, report.json'],
    ['--resume DIR', 'go on with the run in DIR, to --steps if given'],
    ...MODEL_HELP,
    ['--preset NAME', `which questions: ${PRESET_IDS.join(', ')} (default)`],
    ['--seed N', `seed of adapter, order and rollouts (${C.seed})`],
    ['--steps N', `GRPO steps (${C.max_steps})`],
    ['--lr X', `learning rate (${C.optimizer.learning_rate})`],
    ['--generations N', `responses to a prompt (${C.num_generations})`],
    ['--rollouts N', `responses in a step, a multiple of --generations (${C.generation_batch_size})`],
    ['--max-length N', `tokens of a response at most (${C.sampling.max_completion_length})`],
    ['--eval-steps N', `held-out questions every N steps; 0: only before and after (${C.eval_steps})`],
    ['--test-share X', `share of the demonstrations held out (${HELD_OUT.share})`],
    ['--eval-questions N', `held-out questions, as many of each kind as can be had (${HELD_OUT.questions})`],
    ['--samples N', `samples of each at temperature 1 (${HELD_OUT.samples})`],
    ...GRPO_HELP,
    ['--json', 'print {"before", "after", "blind", "steps", "seconds"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [0, 1]);
    const changed = FIXED.find((flag) => values[flag] !== undefined);
    if (values.resume && changed) throw new UsageError(`--${changed} cannot be changed with --resume`);
    if (!values.resume && !values.out) throw new UsageError('say with --out DIR where the run goes');
    const samples = wholeNumber('samples', values.samples, 1);
    const count = wholeNumber('eval-questions', values['eval-questions'], 1);
    const settings = newRunSettings(values);
    const { startRun, resumeRun } = await import('../openTraining.ts');
    const model = { mirror: values.mirror, terminal };
    const common = { bundle: positionals[0] ?? DEFAULT_BUNDLE, samples, count, model };
    const training = values.resume
      ? await resumeRun({
          ...common,
          folder: values.resume,
          steps: values.steps === undefined ? null : settings.config.max_steps,
        })
      : await startRun({ ...common, ...settings, folder: values.out!, checkpoint: values.model });
    const { train, held } = training.questions;
    terminal.note(`${train.length} questions to train on, ${held.length} held out`);
    if (held.length < count)
      terminal.note(`only ${held.length} held-out questions, not ${count}: give more demonstrations`);
    const { trainRun } = await import('../trainRun.ts');
    try {
      const report = await trainRun(training, terminal);
      if (values.json) terminal.print(JSON.stringify(report));
      else for (const line of asTable(report)) terminal.print(line);
    } catch (error) {
      if ((error as Error).name === 'AbortError') terminal.note(howToGoOn(training.folder));
      throw error;
    }
  },
};

function newRunSettings(values: Partial<Record<keyof typeof OPTIONS, string | boolean>>) {
  const whole = (flag: keyof typeof OPTIONS, otherwise: number, least = 1) => {
    const given = values[flag];
    return typeof given === 'string' ? wholeNumber(flag, given, least) : otherwise;
  };
  const lr =
    values.lr === undefined ? C.optimizer.learning_rate : numberBetween('lr', String(values.lr), 0, 1);
  const config: GrpoConfig = {
    ...structuredClone(C),
    max_steps: whole('steps', C.max_steps),
    num_generations: whole('generations', C.num_generations, 2),
    generation_batch_size: whole('rollouts', C.generation_batch_size, 2),
    eval_steps: whole('eval-steps', C.eval_steps, 0),
    seed: whole('seed', C.seed, 0),
    optimizer: { ...C.optimizer, learning_rate: lr },
    sampling: { ...C.sampling, max_completion_length: whole('max-length', C.sampling.max_completion_length) },
  };
  const share = values['test-share'];
  const test_fraction =
    share === undefined ? HELD_OUT.share : numberBetween('test-share', String(share), 0.01, 0.99);
  return {
    config: withGrpoFlags(config, values as Partial<Record<(typeof GRPO_FLAGS)[number], string>>),
    test_fraction,
    question_settings: findPreset(oneOf('preset', String(values.preset ?? 'default'), PRESET_IDS)).settings,
  };
}

function howToGoOn({ path, run }: RunFolder): string {
  return `saved after ${run.steps} steps; go on with: robot-r1 train --resume ${path}`;
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

import { KINDS } from '../../questions/question.ts';
import type { ShareSummary } from '../../evaluation/summary.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { numberBetween, parse, wholeNumber, type Command } from '../command.ts';
import { EMBEDDED } from '../checkpointFolder.ts';
import { MAPPING_HELP, readMapping } from '../mappingFlag.ts';
import { MODEL_HELP } from '../openCheckpoint.ts';
import { DEFAULT_BUNDLE } from '../openDemonstrations.ts';
import { HELD_OUT } from '../heldOut.ts';
import { PRESET_HELP, presetSettings } from '../presetFlag.ts';

const text = { type: 'string' } as const;
const OPTIONS = {
  model: { ...text, default: EMBEDDED },
  mirror: text,
  adapter: text,
  preset: text,
  mapping: text,
  questions: { ...text, default: String(HELD_OUT.questions) },
  samples: { ...text, default: String(HELD_OUT.samples) },
  'test-share': { ...text, default: String(HELD_OUT.share) },
  seed: { ...text, default: '0' },
  blind: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

export const command: Command = {
  summary: 'Ask held-out questions, greedily and under sampling.',
  usage: 'evaluate [FILE] [options]   (FILE: demonstrations; without it the sample ones)',
  help: [
    ['--adapter DIR', 'a PEFT adapter, e.g. what train wrote'],
    ...MODEL_HELP,
    PRESET_HELP,
    MAPPING_HELP,
    ['--questions N', `as many of each kind as can be had (${HELD_OUT.questions})`],
    ['--samples N', `samples of each at temperature 1 (${HELD_OUT.samples})`],
    ['--test-share X', `share of the demonstrations held out, as train had it (${HELD_OUT.share})`],
    ['--seed N', 'seed of the sampling (0)'],
    ['--blind', 'show grey pictures'],
    ['--json', 'print {"accuracy", "sampled_accuracy", "format", "n", "by_kind", "blind", "seconds"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [0, 1]);
    const { signal } = terminal;
    const count = wholeNumber('questions', values.questions, 1);
    const settings = {
      samples: wholeNumber('samples', values.samples, 1),
      seed: wholeNumber('seed', values.seed),
      max_completion_length: DEFAULT_GRPO_CONFIG.sampling.max_completion_length,
      blind: values.blind,
    };
    const share = numberBetween('test-share', values['test-share'], 0.01, 0.99);
    const { readAdapterFolder } = await import('../checkpointFolder.ts');
    const { openPolicy } = await import('../openPolicy.ts');
    const { openSplit } = await import('../openSplit.ts');
    const { pickQuestions } = await import('../../evaluation/pickQuestions.ts');
    const { evaluate } = await import('../../evaluation/evaluate.ts');
    const { summary } = await import('../../evaluation/summary.ts');
    const asked = presetSettings(values.preset);
    const mapping = await readMapping(values.mapping);
    const note = (remark: string) => terminal.note(remark);
    const { test, images } = await openSplit(positionals[0] ?? DEFAULT_BUNDLE, asked, share, note, mapping);
    const questions = pickQuestions(test, count, asked.seed);
    const policy = await openPolicy(values.model, { mirror: values.mirror, terminal });
    if (values.adapter) await policy.setAdapter(await readAdapterFolder(values.adapter));
    const report = await evaluate(
      { policy, questions, images },
      {
        ...settings,
        signal,
        onProgress: ({ done, total, correct }) => terminal.progress(`${done}/${total}, ${correct} right`),
      },
    );
    const short = summary(report);
    if (values.json)
      return terminal.print(JSON.stringify({ ...short, blind: report.blind, seconds: report.seconds }));
    terminal.print(asLine(values.blind ? 'all, blind' : 'all', short));
    for (const kind of KINDS) if (short.by_kind[kind]) terminal.print(asLine(kind, short.by_kind[kind]));
  },
};

function asLine(label: string, of: ShareSummary): string {
  const share = (value: number, [low, high]: [number, number]) =>
    `${(100 * value).toFixed(1)} % [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
  return [
    label.padEnd(14),
    `greedy ${share(of.accuracy, of.accuracy_interval)}`,
    `sampled ${share(of.sampled_accuracy, of.sampled_accuracy_interval)}`,
    `format ${share(of.format, of.format_interval)}`,
    `n = ${of.n}`,
  ].join('  ');
}

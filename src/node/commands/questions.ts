import { discoverKeypoints, type KeypointRule } from '../../demos/keypoints.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import { wilson } from '../../evaluation/intervals.ts';
import { makeQuestions } from '../../questions/generate.ts';
import { makeOpenQuestions } from '../../questions/openEnded.ts';
import { KINDS, type Question, type QuestionSettings } from '../../questions/question.ts';
import { makeSftExamples } from '../../questions/sft.ts';
import { SFT_FORMS } from '../../questions/sftForms.ts';
import { duplicates, letterCounts, textRules } from '../../questions/statistics.ts';
import {
  numberBetween,
  oneOf,
  parse,
  UsageError,
  wholeNumber,
  type Command,
  type Terminal,
} from '../command.ts';
import { MAPPING_HELP, readMapping } from '../mappingFlag.ts';
import { openDemonstrations } from '../openDemonstrations.ts';
import { PRESET_HELP } from '../presetFlag.ts';
import { questionSettings } from '../questionSettingsFile.ts';

const FORMS = ['choice', 'open', ...SFT_FORMS] as const;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const OPTIONS = {
  preset: text,
  settings: text,
  mapping: text,
  seed: text,
  interval: text,
  'stopping-delta': text,
  'stopped-buffer': text,
  'no-gripper-keypoints': flag,
  'keep-last-keypoints': flag,
  form: { ...text, default: 'choice' },
  format: { ...text, default: 'jsonl' },
  out: text,
  statistics: flag,
  json: flag,
} as const;

export const command: Command = {
  summary: 'Make questions from demonstrations.',
  usage: 'questions FILE|DIR [options]   (demonstrations: a zip, an HDF5 file or a folder)',
  help: [
    PRESET_HELP,
    ['--settings FILE', "JSON with some or all of the settings, over the preset's"],
    MAPPING_HELP,
    ['--seed N', "seed of options and letters (the settings', else 0)"],
    ['--interval N', "ask at every N-th frame (the settings', else 10)"],
    ['--stopping-delta N', "rad/s up to which a joint stands still (the settings', else 0.1)"],
    ['--stopped-buffer N', "frames after a stop without another (the settings', else 4)"],
    ['--no-gripper-keypoints', 'the gripper opening or closing is no keypoint'],
    ['--keep-last-keypoints', 'keep a keypoint on the frame before the last one'],
    ['--form NAME', 'choice, open (a position as answer), direct or cot (for supervised fine-tuning)'],
    ['--format NAME', 'jsonl, parquet (with pictures) or easyr1 (a folder); of form choice'],
    ['--out PATH', 'write there: a file, or a folder of easyr1 and of the other forms'],
    ['--statistics', 'print letters, duplicates and what a rule answers without the picture'],
    ['--json', 'print {"demonstrations", "questions"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [1, 1]);
    const form = oneOf('form', values.form, FORMS);
    const settings = await questionSettings(values.preset, values.settings, {
      ...(values.seed !== undefined && { seed: wholeNumber('seed', values.seed) }),
      ...(values.interval !== undefined && { frame_interval: wholeNumber('interval', values.interval, 1) }),
      ...keypointRule(values),
    });
    const { QUESTION_FORMATS } = await import('../writeQuestions.ts');
    const format = oneOf('format', values.format, QUESTION_FORMATS);
    if (form !== 'choice' && !values.out) throw new UsageError(`say with --out DIR where form ${form} goes`);
    const bundle = await openDemonstrations(positionals[0], await readMapping(values.mapping));
    for (const remark of bundle.remarks) terminal.note(remark);
    if (form !== 'choice') return writeForm(form, bundle, settings, values.out!, terminal);
    const questions = makeQuestions(bundle.demonstrations, settings);
    if (values.out !== undefined) {
      const { writeQuestions } = await import('../writeQuestions.ts');
      terminal.print(await writeQuestions(bundle, questions, format, values.out, terminal.signal));
    } else if (values.json) terminal.print(JSON.stringify(asJson(bundle, questions, settings)));
    else for (const line of asText(bundle, questions)) terminal.print(line);
    // What reads the JSON finds nothing else on standard output.
    if (values.statistics)
      for (const line of statisticsText(questions))
        if (values.json) terminal.note(line);
        else terminal.print(line);
  },
};

/** The constants of ARM's rule that flags give. */
function keypointRule(values: {
  'stopping-delta'?: string;
  'stopped-buffer'?: string;
  'no-gripper-keypoints': boolean;
  'keep-last-keypoints': boolean;
}): Partial<KeypointRule> {
  const { 'stopping-delta': delta, 'stopped-buffer': buffer } = values;
  return {
    ...(delta !== undefined && { stopping_delta: numberBetween('stopping-delta', delta, 0, 1000) }),
    ...(buffer !== undefined && { stopped_buffer: wholeNumber('stopped-buffer', buffer) }),
    ...(values['no-gripper-keypoints'] && { gripper_keypoints: false }),
    ...(values['keep-last-keypoints'] && { merge_last_keypoints: false }),
  };
}

async function writeForm(
  form: Exclude<(typeof FORMS)[number], 'choice'>,
  bundle: Bundle,
  settings: QuestionSettings,
  out: string,
  terminal: Terminal,
) {
  const { writeOpenQuestions, writeSftExamples } = await import('../writeQuestions.ts');
  const { demonstrations } = bundle;
  terminal.print(
    form === 'open'
      ? await writeOpenQuestions(bundle, makeOpenQuestions(demonstrations, settings), out)
      : await writeSftExamples(bundle, makeSftExamples(demonstrations, settings, form), out),
  );
}

function asJson(bundle: Bundle, questions: Question[], settings: QuestionSettings) {
  const demonstrations = bundle.demonstrations.map((demo) => ({
    id: demo.id,
    task: demo.task,
    frames: demo.length,
    keypoints: discoverKeypoints(demo, settings),
  }));
  return { demonstrations, questions };
}

function asText(bundle: Bundle, questions: Question[]): string[] {
  const counts = KINDS.map((kind) => `${questions.filter((q) => q.kind === kind).length} ${kind}`);
  const samples = KINDS.flatMap((kind) => questions.find((q) => q.kind === kind) ?? []);
  return [
    `${bundle.name}: ${bundle.demonstrations.length} demonstrations, ${questions.length} questions (${counts.join(', ')})`,
    ...samples.flatMap((q) => ['', `--- ${q.id}, answer ${q.answer}`, q.prompt]),
  ];
}

function statisticsText(questions: Question[]): string[] {
  const letters = letterCounts(questions).map(({ letter, n }) => `${letter} ${n}`);
  return [
    `letters: ${letters.join(', ')}`,
    `duplicates: ${duplicates(questions).length}`,
    ...textRules(questions).map(({ rule, n, right, chance }) => {
      if (n === 0) return `without the picture, ${rule}: no question`;
      const { value, low, high } = wilson(right, n);
      const [share, from, to, guess] = [value, low, high, chance / n].map((p) => p.toFixed(3));
      return `without the picture, ${rule}: ${share} [${from}, ${to}], n ${n}, chance ${guess}`;
    }),
  ];
}

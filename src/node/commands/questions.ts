import { discoverKeypoints } from '../../demos/keypoints.ts';
import type { Bundle } from '../../demos/demonstration.ts';
import { makeQuestions } from '../../questions/generate.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  KINDS,
  type Question,
  type QuestionSettings,
} from '../../questions/question.ts';
import { parse, wholeNumber, type Command } from '../command.ts';
import { openDemonstrations } from '../openDemonstrations.ts';

const OPTIONS = {
  seed: { type: 'string', default: String(DEFAULT_QUESTION_SETTINGS.seed) },
  interval: { type: 'string', default: String(DEFAULT_QUESTION_SETTINGS.frame_interval) },
  json: { type: 'boolean', default: false },
} as const;

export const command: Command = {
  summary: 'Make questions from demonstrations.',
  usage: 'questions FILE|DIR [options]   (demonstrations: a zip, an HDF5 file or a folder)',
  help: [
    ['--seed N', 'seed of options and letters (0)'],
    ['--interval N', 'ask at every N-th frame (10)'],
    ['--json', 'print {"demonstrations", "questions"}'],
  ],
  async run(args, terminal) {
    const { values, positionals } = parse(args, OPTIONS, [1, 1]);
    const settings: QuestionSettings = {
      ...DEFAULT_QUESTION_SETTINGS,
      seed: wholeNumber('seed', values.seed),
      frame_interval: wholeNumber('interval', values.interval, 1),
    };
    const bundle = await openDemonstrations(positionals[0]);
    const questions = makeQuestions(bundle.demonstrations, settings);
    for (const remark of bundle.remarks) terminal.note(remark);
    if (values.json) terminal.print(JSON.stringify(asJson(bundle, questions, settings)));
    else for (const line of asText(bundle, questions)) terminal.print(line);
  },
};

function asJson(bundle: Bundle, questions: Question[], settings: QuestionSettings) {
  const demonstrations = bundle.demonstrations.map((demo) => ({
    id: demo.id,
    task: demo.task,
    frames: demo.length,
    keypoints: discoverKeypoints(demo, settings.stopping_delta),
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

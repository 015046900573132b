/** What the notebook "What does it see?" says of options that tell on one another, counted anew. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openBundle } from '../../demos/openBundle.ts';
import { makeQuestions } from '../../questions/generate.ts';
import { axesApart, readMovement } from '../../questions/movement.ts';
import { findPreset } from '../../questions/presets.ts';
import { KINDS, OPTION_LETTERS, type Question } from '../../questions/question.ts';
import { parseNotebook } from './notebookText.ts';

const text = await readFile(new URL('what-does-it-see.md', import.meta.url), 'utf8');
const zip = await readFile(new URL('../../../public/demos/tabletop.zip', import.meta.url));
const bundle = await openBundle(new Blob([zip]), 'tabletop.zip');

function apart({ points, options }: Question, i: number, j: number): number {
  if (points) return Math.hypot(...points[i].map((x, k) => x - points[j][k]));
  return axesApart(readMovement(options[i])!, readMovement(options[j])!);
}

/** How likely the rule is right: it takes the option most like the others, of several any. */
function mostAlike(question: Question): number {
  const sums = question.options.map((_, i) =>
    question.options.reduce((sum, _, j) => sum + apart(question, i, j), 0),
  );
  const least = Math.min(...sums) + 1e-9;
  const taken = OPTION_LETTERS.slice(0, sums.length).filter((_, i) => sums[i] <= least);
  return taken.includes(question.answer) ? 1 / taken.length : 0;
}

test.each([
  ['from anywhere', 'random'],
  ['hard', 'hard'],
  ['right elsewhere', 'default'],
])('of options %s', (name, preset) => {
  const questions = makeQuestions(bundle.demonstrations, findPreset(preset).settings);
  const shares = KINDS.map((kind) => {
    const right = questions.filter((q) => q.kind === kind).map(mostAlike);
    return Math.round((100 * right.reduce((sum, x) => sum + x, 0)) / right.length);
  });
  const row = text.split('\n').find((line) => line.startsWith(`| ${name} `));
  expect(row?.match(/\d+/g)?.map(Number)).toEqual(shares);
});

test('its questions are of the three presets that the table compares', () => {
  const settings = parseNotebook(text).cells.flatMap((cell) =>
    cell.kind === 'questions' ? [(cell.settings as { settings: unknown }).settings] : [],
  );
  expect(settings).toEqual(['random', 'hard', 'default'].map((preset) => findPreset(preset).settings));
});

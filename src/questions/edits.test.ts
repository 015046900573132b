import { expect, test } from 'vitest';
import { applyEdits, editQuestion, type Edit } from './edits.ts';
import { makeQuestions } from './generate.ts';
import { DEFAULT_QUESTION_SETTINGS, OPTION_LETTERS, type Question } from './question.ts';
import { checkQuestion } from './questionSchema.ts';
import { reach } from './testing/reach.ts';

const QUESTIONS = makeQuestions([reach('a')], DEFAULT_QUESTION_SETTINGS);
const [waypoint, , movement] = QUESTIONS;

function change(question: Question, at: number, text: string) {
  return question.options.map((option, i) => (i === at ? text : option));
}

test('an edited option stands in options, points and prompt; the others keep every digit', () => {
  const at = waypoint.answer === 'A' ? 1 : 0;
  const options = change(waypoint, at, '[0.1, 0.2, 1]');
  const edited = editQuestion(waypoint, options, waypoint.answer);
  expect(edited.points![at]).toEqual([0.1, 0.2, 1]);
  expect(edited.points!.filter((_, i) => i !== at)).toEqual(waypoint.points!.filter((_, i) => i !== at));
  expect(edited.prompt).toContain(`]] [0.1, 0.2, 1]\n`);
  expect(edited.prompt).not.toContain(waypoint.options[at]);
  expect(checkQuestion(edited, 'edited')).toEqual(edited);
  expect(editQuestion(edited, waypoint.options, waypoint.answer).prompt).toBe(waypoint.prompt);
});

test('a negative zero is zero, as a file would give it back', () => {
  const at = waypoint.answer === 'A' ? 1 : 0;
  const edited = editQuestion(waypoint, change(waypoint, at, '[-0, -0.0, 1]'), waypoint.answer);
  expect(edited.points![at]).toEqual([0, 0, 1]);
});

test('options may change places', () => {
  const options = [...waypoint.options].reverse();
  expect(checkQuestion(editQuestion(waypoint, options, 'A'), 'edited').options).toEqual(options);
});

test.each<[Question, number, string, string]>([
  [waypoint, 0, 'near the cup', 'option A "near the cup" is no position: write [x, y, z]'],
  [waypoint, 0, '[1, 2]', 'is no position'],
  [movement, 1, 'move along', 'option B "move along" is no movement'],
  [waypoint, 2, waypoint.options[0], 'option C is the same as A'],
  [waypoint, 2, waypoint.options[0].replace(']', '0 ]'), 'option C is the same as A'],
  [
    { ...waypoint, prompt: waypoint.prompt.replace('\n[[B]]', ' [[B]]') },
    0,
    '[0, 0, 1]',
    'option A has no line of its own in the prompt',
  ],
])('refuses what is no option', (question, at, text, message) => {
  expect(() => editQuestion(question, change(question, at, text), 'A')).toThrow(message);
});

test('an option at the end of the prompt is changed too, and only on its own line', () => {
  const [a] = movement.options;
  const prompt = `Not [[A]] ${a}.\n<image>\n[[A]] ${a}\n[[B]] move left and move up\n[[C]] move down\n[[D]] move up`;
  const options = [a, 'move left and move up', 'move down', 'move up'];
  const given = checkQuestion({ ...movement, prompt, options, answer: 'D' }, 'given');
  const changed = editQuestion(given, ['stay', options[1], options[2], 'move right'], 'D');
  expect(changed.prompt).toBe(
    prompt.replace(`\n[[A]] ${a}`, '\n[[A]] stay').replace('[[D]] move up', '[[D]] move right'),
  );
});

test('refuses a letter without an option', () => {
  expect(() => editQuestion(waypoint, waypoint.options, 'E')).toThrow('answer E is no option: the last is D');
});

test('edits leave the list they lie over as it is', () => {
  const options = change(movement, 0, 'stay');
  const edits = new Map<string, Edit>([
    [waypoint.id, { dropped: true }],
    [movement.id, { dropped: false, of: movement.prompt, options, answer: 'A' }],
  ]);
  const applied = applyEdits(QUESTIONS, edits);
  expect(applied).toHaveLength(QUESTIONS.length - 1);
  expect(applied.find((q) => q.id === movement.id)).toEqual(editQuestion(movement, options, 'A'));
  expect(applyEdits(QUESTIONS, new Map())).toEqual(QUESTIONS);
});

test('an edit says nothing of the question that other settings ask in its place', () => {
  const others = makeQuestions([reach('a')], { ...DEFAULT_QUESTION_SETTINGS, seed: 1 });
  const edits = new Map<string, Edit>([
    [movement.id, { dropped: false, of: movement.prompt, options: change(movement, 0, 'stay'), answer: 'A' }],
    [waypoint.id, { dropped: true, of: waypoint.prompt }],
  ]);
  expect(applyEdits(others, edits)).toEqual(others);
  expect(applyEdits(QUESTIONS, edits)).toHaveLength(QUESTIONS.length - 1);
});

test('a prompt that says more behind a letter than the option is refused', () => {
  const at = OPTION_LETTERS.indexOf(movement.answer);
  const prompt = (more: string) =>
    movement.prompt.replace(`]] ${movement.options[at]}\n`, `]] ${movement.options[at]}${more}`);
  const checked = (more: string) => checkQuestion({ ...movement, prompt: prompt(more) }, 'x').prompt;
  for (const more of ['\n', ' \n', ', [[Z]] else\n', '.\n']) expect(checked(more)).toBe(prompt(more));
  for (const more of [' and move left\n', ', move left, and move up\n', 'wards\n'])
    expect(() => checked(more)).toThrow('x: prompt: does not hold every option behind its letter');
});

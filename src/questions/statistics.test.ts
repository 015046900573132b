import { expect, test } from 'vitest';
import { makeQuestions } from './generate.ts';
import { DEFAULT_QUESTION_SETTINGS, type Question, type QuestionSettings } from './question.ts';
import { MOST_QUESTIONS } from './questionSchema.ts';
import {
  difficultyOf,
  distractorDistances,
  duplicates,
  histogram,
  letterCounts,
  movementCounts,
  textRules,
} from './statistics.ts';
import { reach } from './testing/reach.ts';

const ask = (changes: Partial<QuestionSettings> = {}) =>
  makeQuestions(['a', 'b'].map(reach), { ...DEFAULT_QUESTION_SETTINGS, ...changes });

const QUESTION = ask()[0];
const waypoint = (changes: Partial<Question>): Question => ({ ...QUESTION, ...changes });
const movement = (demonstration: string, options: string[], answer: Question['answer']) =>
  waypoint({
    id: `${demonstration}/${options.join()}`,
    kind: 'movement',
    demonstration,
    options,
    points: null,
    answer,
  });

test('letters are counted up to the last that a question has', () => {
  expect(letterCounts(ask()).map(({ n }) => n)).toEqual([15, 15, 15, 15]);
  expect(letterCounts(ask({ option_count: 6 }))).toHaveLength(6);
  expect(letterCounts([])).toEqual([]);
});

test('as many questions as a file may hold are counted', () => {
  const many = Array.from({ length: MOST_QUESTIONS }, (_, i) => waypoint({ id: `q${i}` }));
  expect(letterCounts(many).reduce((sum, { n }) => sum + n, 0)).toBe(MOST_QUESTIONS);
  expect(duplicates(many)).toEqual([many.map(({ id }) => id)]);
});

test('distances are of wrong options from the right one, in bins whose last has no end', () => {
  const points = [
    [0, 0, 1],
    [0, 0, 1.3],
    [0.4, 0, 1],
  ] as Question['points'];
  const q = waypoint({ points, options: ['a', 'b', 'c'], answer: 'A' });
  expect(distractorDistances([q, movement('a', ['move up', 'move down'], 'A')])).toEqual([
    0.30000000000000004, 0.4,
  ]);
  expect(histogram([0, 0.05, 0.1, 0.9], 0.1, 3)).toEqual([
    { from: 0, n: 2 },
    { from: 0.1, n: 1 },
    { from: 0.2, n: 1 },
  ]);
});

test('difficulty is the ring of the nearest wrong option, or the axes that differ', () => {
  const bounds = { ring_bounds: [0.05, 0.13, 0.25, 0.5] as QuestionSettings['ring_bounds'] };
  const at = (distance: number) =>
    difficultyOf(
      waypoint({
        points: [
          [0, 0, 1],
          [distance, 0, 1],
          [0, 3, 1],
        ],
        options: ['a', 'b', 'c'],
        answer: 'A',
      }),
      bounds,
    );
  expect([at(0.1), at(0.2), at(0.4), at(2)]).toEqual(['near', 'middle', 'far', 'far']);
  const moves = (other: string) => difficultyOf(movement('a', ['move up', other], 'A'), bounds);
  expect(moves('slightly move left and move up')).toBe('near');
  expect(moves('move left and move down')).toBe('middle');
  expect(moves('move forward, move left, and move down')).toBe('far');
  for (const difficulty of ['near', 'middle', 'far'] as const)
    for (const q of ask({ difficulty: 'rings', rings: [difficulty], min_distance: 0.05 }))
      expect(difficultyOf(q, DEFAULT_QUESTION_SETTINGS)).toBe(difficulty);
});

test('movements are counted by label', () => {
  const up = ['move up', 'move down'];
  expect(movementCounts([movement('a', up, 'B'), movement('b', up, 'A'), movement('c', up, 'B')])).toEqual([
    { label: 'move down', n: 2 },
    { label: 'move up', n: 1 },
  ]);
});

test('duplicates are equal prompts', () => {
  expect(duplicates(ask())).toEqual([]);
  expect(duplicates([QUESTION, waypoint({ id: 'again' })])).toEqual([[QUESTION.id, 'again']]);
});

test('text rules answer what needs no eyes, ties by their share, other demonstrations only', () => {
  const near: Question['points'] = [
    [0, 0, 1.1],
    [0, 0, 1.9],
    [0.4, 0, 1.9],
  ];
  const easy = waypoint({ points: near, options: ['a', 'b', 'c'], answer: 'A', state: [0, 0, 1] });
  const labels = ['move up', 'move down', 'move left'];
  const results = textRules([
    easy,
    { ...easy, kind: 'current_state', answer: 'B' },
    movement('a', labels, 'A'),
    movement('b', labels, 'A'),
    movement('c', labels, 'B'),
  ]);
  expect(results).toEqual([
    { rule: 'nearest_state', n: 1, right: 1, chance: 1 / 3 },
    { rule: 'nearest_mean', n: 2, right: 1, chance: 2 / 3 },
    // No number is printed in these: each counts its share.
    { rule: 'most_shared', n: 2, right: 2 / 3, chance: 2 / 3 },
    // Of a and b the others' labels are tied between up and down; of c they are up alone.
    { rule: 'frequent_movement', n: 3, right: 1, chance: 1 },
  ]);
});

test('the option that shares most printed numbers is told axis by axis, ties by their share', () => {
  const shared = (options: string[], answer: Question['answer']) =>
    textRules([waypoint({ options, points: options.map(() => [0, 0, 1]), answer })])[2];
  // B shares its x with A and C, its y with A, its z with D; A and D stand alone but for B.
  const options = ['[0.10, 0.20, 0.90]', '[0.10, 0.20, 0.80]', '[0.10, 0.30, 0.70]', '[0.50, 0.40, 0.80]'];
  expect(shared(options, 'B')).toEqual({ rule: 'most_shared', n: 1, right: 1, chance: 0.25 });
  expect(shared(options, 'A').right).toBe(0);
  // The same number on another axis is none that is shared, and a sign tells numbers apart.
  expect(shared(['[0.10, 0.20, 0.90]', '[0.20, 0.10, 0.80]', '[-0.10, 0.30, 0.70]'], 'C').right).toBe(1 / 3);
});

import { expect, test } from 'vitest';
import { KINDS, type Kind } from '../questions/question.ts';
import { toyQuestion } from '../training/testing/toyModel.ts';
import { pickQuestions } from './pickQuestions.ts';

const ask = (count: number, kind: Kind) =>
  Array.from({ length: count }, (_, i) => ({ ...toyQuestion(i), id: `${kind}/${i}`, kind }));
const QUESTIONS = [...ask(10, 'waypoint'), ...ask(10, 'current_state'), ...ask(3, 'movement')];

const counts = (count: number) => {
  const picked = pickQuestions(QUESTIONS, count, 0);
  return KINDS.map((kind) => picked.filter((question) => question.kind === kind).length);
};

test('takes as many of each kind as can be had', () => {
  expect(counts(9)).toEqual([3, 3, 3]);
  expect(counts(15)).toEqual([6, 6, 3]);
  expect(counts(100)).toEqual([10, 10, 3]);
});

test('the seed decides which; order is kept', () => {
  const ids = (seed: number) => pickQuestions(QUESTIONS, 6, seed).map(({ id }) => id);
  expect(ids(1)).toEqual(ids(1));
  expect(ids(1)).not.toEqual(ids(2));
  const order = QUESTIONS.map(({ id }) => id);
  expect(ids(1)).toEqual(order.filter((id) => ids(1).includes(id)));
});

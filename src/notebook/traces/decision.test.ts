import { expect, test } from 'vitest';
import { amongFour, decision } from './decision.ts';

const A = [0.4, 0.1, 0.1, 0.1];
const C = [0.1, 0.1, 0.5, 0.1];

test('it decides where the favourite changes for the last time', () => {
  expect(decision({ at: [1, 2, 3, 4], letters: [C, A, C, C] })).toEqual({
    letter: 'C',
    at: 3,
    fromTheStart: false,
  });
  expect(decision({ at: [1, 2], letters: [A, A] })).toEqual({ letter: 'A', at: 1, fromTheStart: true });
  expect(decision({ at: [], letters: [] })).toBeNull();
});

test('shares among the four', () => {
  expect(amongFour([0.1, 0.1, 0.2, 0])).toEqual([0.25, 0.25, 0.5, 0]);
  expect(amongFour([0, 0, 0, 0])).toEqual([0.25, 0.25, 0.25, 0.25]);
});

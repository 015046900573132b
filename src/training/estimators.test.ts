import { expect, test } from 'vitest';
import { ESTIMATORS, tokenAdvantages } from './estimators.ts';

const REWARDS = [2, 1, 0, 1];
const TOKENS = [1, 2, 3, 2];

/** The one advantage of each response whose tokens all have the same. */
const each = (rows: number[][]) => rows.map((row) => row[0]);

test('worked by hand: mean 1, sum of squares 2', () => {
  const std = Math.sqrt(2 / 3) + 1e-4;
  expect(each(tokenAdvantages('grpo', REWARDS, TOKENS))).toEqual([1 / std, 0, -1 / std, 0]);
  expect(each(tokenAdvantages('dr_grpo', REWARDS, TOKENS))).toEqual([1, 0, -1, 0]);
  expect(each(tokenAdvantages('rloo', REWARDS, TOKENS))).toEqual([2 - 2 / 3, 0, -4 / 3, 0]);
});

test('REINFORCE++ whitens over tokens: 2, 1 1, 0 0 0, 1 1 has mean 0.75 and variance 3.5 / 7', () => {
  const advantages = tokenAdvantages('reinforce_plus_plus', REWARDS, TOKENS);
  const scale = 1 / Math.sqrt(0.5 + 1e-8);
  expect(advantages.map((row) => row.length)).toEqual(TOKENS);
  each(advantages).forEach((a, i) => expect(a).toBeCloseTo((REWARDS[i] - 0.75) * scale, 12));
});

test('a penalty at a token is felt by it and by all before it', () => {
  // Returns 1 - 0.5 - 0.1, 1 - 0.5 and 0: mean 0.3, variance 0.14 / 2.
  const [first, second] = tokenAdvantages('reinforce_plus_plus', [1, 0], [2, 1], [[0.1, 0.5], [0]]);
  const scale = 1 / Math.sqrt(0.07 + 1e-8);
  expect(first[0]).toBeCloseTo(0.1 * scale, 10);
  expect(first[1]).toBeCloseTo(0.2 * scale, 10);
  expect(second[0]).toBeCloseTo(-0.3 * scale, 10);
});

test.each(ESTIMATORS)('%s gives an equal group nothing, and one token a value', (estimator) => {
  expect(tokenAdvantages(estimator, [1, 1, 1], [2, 1, 4])).toEqual([[0, 0], [0], [0, 0, 0, 0]]);
});

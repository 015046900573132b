import { expect, test } from 'vitest';
import { tokenAdvantages } from '../../training/estimators.ts';
import { ALGORITHMS } from './algorithms.ts';
import { advantageFormula } from './advantageFormula.ts';

const REWARDS = [2, 1, 0];
const TOKENS = [2, 1, 3];

/** Works out "(a − b) / (c + d)" and its shorter forms. */
function worked(numbers: string): number {
  const [top, bottom = '1'] = numbers.split(' / ').map((part) => part.replace(/[()]/g, ''));
  const [a, b] = top.split(' − ').map(Number);
  return (a - b) / bottom.split(' + ').reduce((sum, x) => sum + Number(x), 0);
}

test.each(ALGORITHMS)('$name: the numbers put in give the advantage', (algorithm) => {
  const advantages = tokenAdvantages(algorithm.estimator, REWARDS, TOKENS);
  REWARDS.forEach((_, i) => {
    const { numbers } = advantageFormula(algorithm, REWARDS, TOKENS, undefined, i, 0);
    expect(worked(numbers)).toBeCloseTo(advantages[i][0], 2);
  });
});

test('every algorithm has its formula', () => {
  const symbols = ALGORITHMS.map((a) => advantageFormula(a, REWARDS, TOKENS, undefined, 0, 0).symbols);
  expect(new Set(symbols).size).toBe(4);
});

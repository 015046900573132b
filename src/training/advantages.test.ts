import { expect, test } from 'vitest';
import { groupAdvantages, hasZeroVariance, standardDeviation, tellingGroups } from './advantages.ts';

test('a group of equal rewards has no variance, rounding or not', () => {
  expect(hasZeroVariance([0.1 + 0.2, 0.3, 0.3])).toBe(true);
  expect(hasZeroVariance([1, 1, 1, 1.001])).toBe(false);
  expect(groupAdvantages([[0.7, 0.7, 0.7]], 'group')[0].every((a) => Math.abs(a) < 1e-9)).toBe(true);
});

test('one value has no deviation', () => {
  expect(standardDeviation([3])).toBe(0);
});

test('what teaches: a group with variance, under REINFORCE++ every group of a batch with variance', () => {
  const rewards = [
    [1, 1],
    [0, 1],
  ];
  expect(tellingGroups(rewards, { advantage_estimator: 'rloo' })).toEqual([false, true]);
  expect(tellingGroups(rewards, { advantage_estimator: 'reinforce_plus_plus' })).toEqual([true, true]);
  expect(tellingGroups([[1, 1]], { advantage_estimator: 'reinforce_plus_plus' })).toEqual([false]);
});

import { expect, test } from 'vitest';
import { groupAdvantages, hasZeroVariance, standardDeviation } from './advantages.ts';

const REWARDS = [
  [2, 1, 0, 1],
  [1, 1, 1, 1],
  [0, 0, 0, 2],
  [1, 2, 1, 0.5],
];

// From torch: r.mean, r.std (unbiased) in float64, as in TRL's GRPOTrainer.
test.each([
  [
    'group',
    [
      1.22459489, 0, -1.22459489, 0, 0, 0, 0, 0, -0.49995, -0.49995, -0.49995, 1.49985001, -0.19864828,
      1.39053796, -0.19864828, -0.9932414,
    ],
  ],
  [
    'batch',
    [
      1.45233512, 0, -1.45233512, 0, 0, 0, 0, 0, -0.72616756, -0.72616756, -0.72616756, 2.17850268,
      -0.18154189, 1.27079323, -0.18154189, -0.90770945,
    ],
  ],
  ['none', [1, 0, -1, 0, 0, 0, 0, 0, -0.5, -0.5, -0.5, 1.5, -0.125, 0.875, -0.125, -0.625]],
] as const)('advantages scaled by %s equal the reference', (scale, expected) => {
  const found = groupAdvantages(REWARDS, scale).flat();
  found.forEach((advantage, i) => expect(advantage).toBeCloseTo(expected[i], 7));
});

test('a group of equal rewards has no variance, rounding or not', () => {
  expect(hasZeroVariance([0.1 + 0.2, 0.3, 0.3])).toBe(true);
  expect(hasZeroVariance([1, 1, 1, 1.001])).toBe(false);
  expect(groupAdvantages([[0.7, 0.7, 0.7]], 'group')[0].every((a) => Math.abs(a) < 1e-9)).toBe(true);
});

test('one value has no deviation', () => {
  expect(standardDeviation([3])).toBe(0);
});

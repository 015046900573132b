import { expect, test } from 'vitest';
import { hasZeroVariance } from '../../training/advantages.ts';
import { EXAMPLE_GROUPS } from './exampleGroups.ts';

const [mixed, flat] = EXAMPLE_GROUPS;

test('the rewards of the examples are those of the rule', () => {
  expect(mixed.responses.map((r) => r.reward.total)).toEqual([2, 2, 1, 1, 1, 0]);
  expect(mixed.responses.map((r) => r.reward.format)).toEqual([1, 1, 1, 1, 0, 0]);
  expect(hasZeroVariance(flat.responses.map((r) => r.reward.total))).toBe(true);
});

test('every token has its three probabilities, and some ratios leave the clip region', () => {
  for (const { tokens, logprobs, oldLogprobs, reference } of mixed.responses) {
    for (const values of [logprobs, oldLogprobs, reference!]) {
      expect(values.length).toBe(tokens.length);
      expect(Math.max(...values)).toBeLessThan(0);
    }
  }
  const ratios = mixed.responses.flatMap((r) => r.logprobs.map((lp, t) => Math.exp(lp - r.oldLogprobs[t])));
  expect(Math.max(...ratios)).toBeGreaterThan(1.28);
  expect(Math.min(...ratios)).toBeLessThan(0.8);
});

test('they say that they are made by hand, and their prompt shows a picture', () => {
  for (const { origin, asked } of EXAMPLE_GROUPS) {
    expect(origin).toContain('Made by hand');
    expect(asked!.question.prompt.split('<image>')).toHaveLength(2);
  }
});

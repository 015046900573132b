import { expect, test } from 'vitest';
import { ROLLOUT_BUDGET } from '../../runs/rolloutBudget.ts';
import type { StepRecord } from '../../training/stepRecord.ts';
import { HeldRollouts } from './heldRollouts.ts';

const HALF = 'x'.repeat(ROLLOUT_BUDGET / 8);

/** A little more than half of the budget, in two groups. */
const step = (number: number) =>
  ({
    step: number,
    groups: [true, false].map((zeroVariance) => ({ zeroVariance, responses: [{ text: HALF, tokens: [] }] })),
  }) as unknown as StepRecord;

test('the oldest steps keep one group when the budget is spent, the last stays whole', () => {
  const held = new HeldRollouts();
  const steps: StepRecord[] = [];
  const groups = () => held.within(steps).map((one) => one.groups.length);
  for (const [number, expected] of [
    [1, [2]],
    [2, [1, 2]],
    [3, [1, 1, 2]],
  ] as const) {
    steps.push(step(number));
    expect(groups()).toEqual(expected);
  }
  expect(steps[0].groups[0].zeroVariance).toBe(false);
});

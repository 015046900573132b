/** Against torch and transformers (tools/checkpoint/golden_training.py). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ADVANTAGE_ESTIMATORS, advantagesOf } from './advantages.ts';
import type { GrpoConfig } from './grpoConfig.ts';
import { scheduledRate, type Schedule } from './learningRate.ts';

interface Golden {
  rewards: number[][];
  lengths: number[][];
  advantages: Record<string, number[][]>;
  schedules: (Schedule & { steps: number; learning_rate: number; rates: number[] })[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/training.json', import.meta.url), 'utf8'),
) as Golden;

test.each(Object.keys(golden.advantages))('advantages: %s', (name) => {
  const [advantage_estimator, scale_rewards = 'group'] = name.split('/') as [
    GrpoConfig['advantage_estimator'],
    GrpoConfig['scale_rewards']?,
  ];
  const found = advantagesOf(golden.rewards, golden.lengths, { advantage_estimator, scale_rewards });
  found.forEach((group, g) =>
    group.forEach((value, i) => expect(value).toBeCloseTo(golden.advantages[name][g][i], 10)),
  );
});

test('every estimator has its golden values', () => {
  const names = Object.keys(golden.advantages).map((name) => name.split('/')[0]);
  expect([...new Set(names)]).toEqual([...ADVANTAGE_ESTIMATORS]);
});

test.each(golden.schedules.map((one) => [one.lr_scheduler_type, one.warmup_steps, one] as const))(
  'learning rate: %s, warmup_steps %i',
  (_, __, { steps, learning_rate, rates, ...schedule }) => {
    rates.forEach((rate, i) =>
      expect(scheduledRate(learning_rate, i + 1, steps, schedule)).toBeCloseTo(rate, 12),
    );
  },
);

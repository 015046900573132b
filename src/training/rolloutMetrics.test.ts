import { expect, test } from 'vitest';
import { rolloutMetrics } from './rolloutMetrics.ts';
import type { Completion } from '../policy/policy.ts';

const completion = (length: number, terminated: boolean) =>
  ({ ids: new Int32Array(length), terminated }) as Completion;
const reward = (format: 0 | 1, accuracy: 0 | 1) => ({ format, accuracy, total: format + accuracy });

test('names and numbers are those of TRL', () => {
  const metrics = rolloutMetrics([
    { completions: [completion(10, true), completion(20, false)], rewards: [reward(1, 1), reward(0, 0)] },
    { completions: [completion(30, true), completion(40, true)], rewards: [reward(1, 0), reward(1, 0)] },
  ]);
  expect(metrics).toEqual({
    reward: 1,
    reward_std: Math.sqrt(2 / 3),
    frac_reward_zero_std: 0.5,
    'rewards/format/mean': 0.75,
    'rewards/format/std': 0.5,
    'rewards/accuracy/mean': 0.25,
    'rewards/accuracy/std': 0.5,
    'completions/mean_length': 25,
    'completions/min_length': 10,
    'completions/max_length': 40,
    'completions/mean_terminated_length': 80 / 3,
    'completions/min_terminated_length': 10,
    'completions/max_terminated_length': 40,
    'completions/clipped_ratio': 0.25,
  });
});

test('terminated lengths are 0 when every response was cut', () => {
  const metrics = rolloutMetrics([{ completions: [completion(5, false)], rewards: [reward(0, 0)] }]);
  expect(metrics['completions/mean_terminated_length']).toBe(0);
  expect(metrics['completions/clipped_ratio']).toBe(1);
});

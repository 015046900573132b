import { expect, test } from 'vitest';
import { OutOfMemoryError } from '../../device/deviceErrors.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { endedBy, isDue } from './trainEngines.ts';

test('held-out questions are due before, every eval_steps, and after the last step', () => {
  const due = (eval_steps: number) =>
    [0, 1, 2, 3, 4, 5].filter((step) => isDue({ ...DEFAULT_GRPO_CONFIG, max_steps: 5, eval_steps }, step));
  expect(due(2)).toEqual([0, 2, 4, 5]);
  expect(due(0)).toEqual([0, 5]);
});

test('want of memory says how many steps are kept, if any are', () => {
  const error = new OutOfMemoryError('lower r');
  expect(endedBy(error, 3)).toBe(
    `${error.message}. The 3 steps before are kept: go on as it is, or with other settings in a new run that begins with this one (in Runs).`,
  );
  expect([endedBy(error, 0), endedBy(new Error('else'), 3)]).toEqual([error.message, 'else']);
});

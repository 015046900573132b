import { expect, test } from 'vitest';
import { runName } from './runName.ts';
import { DEFAULT_TRAIN_CONFIG } from './trainConfig.ts';

test('a run is named by its settings and the minute it began', () => {
  const { grpo } = DEFAULT_TRAIN_CONFIG;
  const config = { ...DEFAULT_TRAIN_CONFIG, grpo: { ...grpo, num_generations: 8, seed: 3 } };
  expect(runName(config, new Date(2026, 0, 2, 3, 4))).toBe('G 8, lr 0.001, seed 3 (2026-01-02 03:04)');
  expect(runName({ ...config, method: 'sft' }, new Date(2026, 0, 2, 3, 4))).toBe(
    'SFT reasoned, lr 0.001, seed 3 (2026-01-02 03:04)',
  );
});

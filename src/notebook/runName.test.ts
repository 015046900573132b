import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG } from '../training/grpoConfig.ts';
import { runName } from './runName.ts';

test('a run is named by its settings and the minute it began', () => {
  const config = { ...DEFAULT_GRPO_CONFIG, num_generations: 8, seed: 3 };
  expect(runName(config, new Date(2026, 0, 2, 3, 4))).toBe('G 8, lr 0.001, seed 3 (2026-01-02 03:04)');
});

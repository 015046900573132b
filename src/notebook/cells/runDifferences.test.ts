import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { listedRun } from '../testing/listedRun.ts';
import { runFacts } from './runDifferences.ts';

const config = {
  ...DEFAULT_GRPO_CONFIG,
  optimizer: { ...DEFAULT_GRPO_CONFIG.optimizer, learning_rate: 0.01 },
};
const facts = runFacts([
  listedRun({ name: 'a', steps: 2, metrics: { reward: 1.5 } }),
  listedRun({ name: 'b', steps: 2, config }),
]);

test('what differs is said of each, by its place in the configuration', () => {
  expect(facts.filter(({ differs }) => differs)).toEqual([
    { name: 'optimizer.learning_rate', values: ['0.001', '0.01'], differs: true },
    { name: 'reward', values: ['1.5', ''], differs: true },
  ]);
});

test('a supervised run differs from GRPO by its method', () => {
  const sft = { per_device_train_batch_size: 4, response: 'reasoned' } as const;
  const [method] = runFacts([listedRun({ name: 'a' }), listedRun({ name: 'b', sft })]);
  expect(method).toEqual({ name: 'method', values: ['grpo', 'sft'], differs: true });
});

test('what is alike is there too', () => {
  expect(facts).toContainEqual({ name: 'steps done', values: ['2', '2'], differs: false });
  expect(facts).toContainEqual({ name: 'num_generations', values: ['8', '8'], differs: false });
});

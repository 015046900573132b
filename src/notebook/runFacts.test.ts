import { expect, test } from 'vitest';
import { DEFAULT_GRPO_CONFIG } from '../training/grpoConfig.ts';
import { outcomeFacts, settingFacts, type RunFact } from './runFacts.ts';
import { listedRun } from './testing/listedRun.ts';

const config = {
  ...DEFAULT_GRPO_CONFIG,
  lora: { ...DEFAULT_GRPO_CONFIG.lora, r: 4 },
  optimizer: { ...DEFAULT_GRPO_CONFIG.optimizer, learning_rate: 0.01 },
};
const sft = { per_device_train_batch_size: 4, response: 'reasoned' } as const;
const differing = (facts: RunFact[]) =>
  facts.filter(({ differs }) => differs).map(({ name, values }) => [name, ...values]);

test('what differs is said of each, by its place in the configuration', () => {
  const runs = [listedRun({ name: 'a' }), listedRun({ name: 'b', config })];
  expect(differing(settingFacts(runs))).toEqual([
    ['optimizer.learning_rate', '0.001', '0.01'],
    ['lora.r', '8', '4'],
  ]);
  expect(differing(settingFacts([runs[0], runs[0]]))).toEqual([]);
});

test('what is alike is there too', () => {
  const same = { name: 'num_generations', values: ['8', '8'], differs: false, lacking: false };
  expect(settingFacts([listedRun(), listedRun()])).toContainEqual(same);
});

test('a supervised run has no settings of rollouts: it lacks them, and differs by its method', () => {
  const facts = settingFacts([listedRun({ name: 'a' }), listedRun({ name: 'b', sft })]);
  expect(differing(facts)).toEqual([['method', 'grpo', 'sft']]);
  const lacking = facts.filter((fact) => fact.lacking).map(({ name, values }) => [name, ...values]);
  expect(lacking).toContainEqual(['num_generations', '8', '–']);
  expect(lacking).toContainEqual(['loss.loss_type', DEFAULT_GRPO_CONFIG.loss.loss_type, '–']);
  expect(lacking).toContainEqual(['sft.response', '–', 'reasoned']);
  expect(lacking.map(([name]) => name)).not.toContain('seed');
});

test('of three runs, two methods: those that have a setting are compared', () => {
  const runs = [listedRun({ name: 'a' }), listedRun({ name: 'b', sft }), listedRun({ name: 'c' })];
  const smaller = { ...DEFAULT_GRPO_CONFIG, num_generations: 4 };
  expect(differing(settingFacts([...runs, listedRun({ name: 'd', config: smaller })]))).toEqual([
    ['method', 'grpo', 'sft', 'grpo', 'grpo'],
    ['num_generations', '8', '–', '8', '4'],
  ]);
});

test('of two supervised runs, what only GRPO would use makes no difference', () => {
  const larger = { ...DEFAULT_GRPO_CONFIG, generation_batch_size: 8 };
  const runs = [listedRun({ name: 'a', sft }), listedRun({ name: 'b', sft, config: larger })];
  expect(differing(settingFacts(runs))).toEqual([]);
});

test('numbers of the last step differ even where they are rounded alike', () => {
  const runs = [
    listedRun({ name: 'a', steps: 2, metrics: { reward: 1.5, kl: 0.10001 } }),
    listedRun({ name: 'b', steps: 2, metrics: { kl: 0.10002 } }),
  ];
  expect(outcomeFacts(runs)).toEqual([
    { name: 'steps done', values: ['2', '2'], differs: false, lacking: false },
    { name: 'reward', values: ['1.5', '–'], differs: false, lacking: true },
    { name: 'kl', values: ['0.1', '0.1'], differs: true, lacking: false },
  ]);
});

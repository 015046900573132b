import { expect, test } from 'vitest';
import { checkBatchRules, fitBatchSizes } from './batchRules.ts';
import { asRecord, defaultSettings } from './easyr1Settings.ts';

const PAPER = { rollout: 512, global: 128 };
const settings = asRecord(defaultSettings('run', { format: 1, accuracy: 1 }));
const rows = { train: 7500, val: 100 };

test("keeps the paper's sizes where the rows fill a batch", () => {
  expect(fitBatchSizes(512, PAPER, 4)).toEqual(PAPER);
  expect(() => checkBatchRules(settings, rows)).not.toThrow();
});

test('with any smaller number of rows the sizes are valid and fill at least half of the rows', () => {
  for (let train = 4; train < 512; train++) {
    const { rollout, global } = fitBatchSizes(train, PAPER, 4);
    const fitted = {
      ...settings,
      'data.rollout_batch_size': rollout,
      'worker.actor.global_batch_size': global,
    };
    expect(() => checkBatchRules(fitted, { train, val: 1 })).not.toThrow();
    expect(rollout).toBeGreaterThan(train / 2);
  }
  expect(fitBatchSizes(511, PAPER, 4)).toEqual({ rollout: 496, global: 124 });
  expect(() => fitBatchSizes(3, PAPER, 4)).toThrow('3 training questions are too few for 4 GPUs');
});

test.each([
  [
    { 'worker.actor.global_batch_size': 100 },
    'rollout_batch_size 512 is no multiple of global_batch_size 100',
  ],
  [
    { 'worker.actor.micro_batch_size_per_device_for_experience': 3 },
    'micro_batch_size_per_device_for_experience 3',
  ],
  [{ 'worker.rollout.n': 1 }, 'grpo needs n above 1'],
  [{ 'worker.rollout.max_num_batched_tokens': 4095 }, 'max_num_batched_tokens 4095 is less than 4096'],
  [{ 'trainer.n_gpus_per_node': 3 }, 'a batch of 512 prompts is no multiple of 3 GPUs'],
  [{ 'trainer.n_gpus_per_node': 1 }, '1 GPUs are no multiple of tensor_parallel_size 2'],
  [{ 'worker.actor.micro_batch_size_per_device_for_update': 7 }, '160 responses an update and GPU'],
  [{ 'data.rollout_batch_size': 8192 }, '7500 training questions do not fill a batch of 8192'],
])('refuses %j', (change, message) => {
  expect(() => checkBatchRules({ ...settings, ...change }, rows)).toThrow(message);
});

test('refuses an empty validation side, on which EasyR1 would stop', () => {
  expect(() => checkBatchRules(settings, { train: 7500, val: 0 })).toThrow('no validation question');
});

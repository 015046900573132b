import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { startBackend } from './backend.ts';
import { DEFAULT_LOSS } from './lossSettings.ts';
import { estimateMemory, logitRows } from './memory.ts';
import { ADAMW, SMALL, syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

const MIDDLE: CheckpointConfig = {
  ...SMALL,
  hidden_size: 48,
  intermediate_size: 128,
  num_hidden_layers: 3,
  head_dim: 12,
  vocab_size: 200,
};

beforeAll(() => startBackend('wasm'), 60_000);

test.each([
  ['everything kept', MIDDLE, 8, 40, [30, 25, 30, 20], 2 ** 28],
  ['recomputed', MIDDLE, 8, 40, [30, 25, 30, 20], 0],
  ['long responses in several blocks', MIDDLE, 4, 30, [90, 70, 100], 2 ** 28],
  ['a large vocabulary', { ...MIDDLE, vocab_size: 6000, num_hidden_layers: 1 }, 4, 20, [40, 40], 2 ** 28],
  ['q_proj and v_proj', MIDDLE, 8, 60, [20, 20], 2 ** 28],
  ['everything kept, entropy and KL', MIDDLE, 8, 40, [30, 25, 30, 20], 2 ** 28],
  ['large vocabulary, entropy and KL', { ...MIDDLE, vocab_size: 6000 }, 4, 20, [40, 40], 2 ** 28],
] as const)(
  'the peak of an update is estimated within 15 percent: %s',
  async (name, config, r, P, lengths, kept) => {
    const modules = name.startsWith('q_proj') ? ['q_proj', 'v_proj'] : undefined;
    const adapter = syntheticAdapter(config, r, 'adapter', modules);
    const more = name.includes('entropy') ? { entropy_coef: 0.1, beta: 0.1 } : {};
    const before = tf.memory().numBytes;
    const learner = new TfjsLearner('wasm', syntheticParameters(config, 'decoder'), kept);
    await learner.setAdapter(adapter);
    const estimate = estimateMemory(config, adapter.config, {
      device: 'wasm',
      weightBits: 32,
      promptLength: P,
      responseLengths: [...lengths],
      groups: 2,
      activationBytes: kept,
      entropies: name.includes('entropy'),
    });
    const groups = ['a', 'b'].map((seed) => syntheticGroup(config, P, [...lengths], seed));
    const loss = { ...DEFAULT_LOSS, ...more, importance_sampling_correction: false, temperature: 1 };
    const { peakBytes } = await tf.profile(async () => {
      await learner.update(groups, { ...loss, max_completion_length: 100 }, ADAMW);
    });
    const measured = peakBytes - before;
    await learner.dispose();
    expect(estimate.peak / measured).toBeGreaterThan(0.85);
    expect(estimate.peak / measured).toBeLessThan(1.15);
  },
);

test("a head that is tied to the embeddings is counted in floats where the layers' 4-bit weights stay in blocks", () => {
  const weights = (device: 'webgpu' | 'wasm', tied: boolean) =>
    estimateMemory(
      { ...MIDDLE, tie_word_embeddings: tied },
      { r: 8, target_modules: ['q_proj'] },
      { device, weightBits: 4, promptLength: 8, responseLengths: [4], groups: 1, activationBytes: 0 },
    ).weights;
  const values = MIDDLE.vocab_size * MIDDLE.hidden_size;
  expect(weights('webgpu', true) - weights('webgpu', false)).toBe(values * (4 - 5 / 8));
  expect(weights('wasm', true)).toBe(weights('wasm', false));
});

test('logits are held in parts of one size, of as many rows as fit', () => {
  expect(logitRows(256, 49280)).toBe(128);
  expect(logitRows(170, 49280)).toBe(170);
  expect(logitRows(171, 49280)).toBe(86);
  expect(logitRows(3, 2 ** 24)).toBe(1);
});

test('where the vocabulary takes the most, WebGPU holds two more tensors of logits than wasm', () => {
  const config = { ...SMALL, vocab_size: 49280, tie_word_embeddings: false };
  const working = (device: 'webgpu' | 'wasm') =>
    estimateMemory(
      config,
      { r: 8, target_modules: ['q_proj'] },
      { device, weightBits: 4, promptLength: 8, responseLengths: [40], groups: 1, activationBytes: 0 },
    ).working;
  expect(working('webgpu') - working('wasm')).toBe(2 * 40 * config.vocab_size * 4);
});

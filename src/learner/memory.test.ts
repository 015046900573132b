import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { startBackend } from './backend.ts';
import { DEFAULT_LOSS } from './lossSettings.ts';
import { estimateMemory } from './memory.ts';
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
] as const)(
  'the peak of an update is estimated within 15 percent: %s',
  async (name, config, r, P, lengths, kept) => {
    const modules = name.startsWith('q_proj') ? ['q_proj', 'v_proj'] : undefined;
    const adapter = syntheticAdapter(config, r, 'adapter', modules);
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
    });
    const groups = ['a', 'b'].map((seed) => syntheticGroup(config, P, [...lengths], seed));
    const loss = { ...DEFAULT_LOSS, importance_sampling_correction: false, temperature: 1 };
    const { peakBytes } = await tf.profile(async () => {
      await learner.update(groups, { ...loss, max_completion_length: 100 }, ADAMW);
    });
    const measured = peakBytes - before;
    await learner.dispose();
    expect(estimate.peak / measured).toBeGreaterThan(0.85);
    expect(estimate.peak / measured).toBeLessThan(1.15);
  },
);

import { expect, test } from 'vitest';
import { tinyJson } from '../../../test/golden/tinyCheckpoint.ts';
import { readConfig } from '../../checkpoint/config.ts';
import { weightBitsOf } from '../../checkpoint/parts.ts';
import { DEFAULT_TRAIN_CONFIG, type TrainConfig } from '../trainConfig.ts';
import { updateEstimate } from './updateEstimate.ts';

const checkpoint = readConfig(tinyJson('config.json'));
const lengths = { prompt: 300, written: null };
const gpu = { policy: { device: 'webgpu' }, weightBits: 4 } as const;
const set = (grpo: Partial<TrainConfig['grpo']>): TrainConfig => ({
  ...DEFAULT_TRAIN_CONFIG,
  grpo: { ...DEFAULT_TRAIN_CONFIG.grpo, ...grpo },
});
const { lora, sampling } = DEFAULT_TRAIN_CONFIG.grpo;

test('weights are counted as the file has them: 16 and 32 bits are not blocks of 4', () => {
  expect((['q4', 'q4f16', 'fp16', 'fp32'] as const).map(weightBitsOf)).toEqual([4, 4, 32, 32]);
  // A head that shares its table with the embeddings is never in blocks.
  const untied = { ...checkpoint, tie_word_embeddings: false };
  const weights = (weightBits: 4 | 32) =>
    updateEstimate(untied, DEFAULT_TRAIN_CONFIG, { ...gpu, weightBits }, lengths).weights;
  expect(weights(32) / weights(4)).toBeGreaterThan(6);
  expect(weights(32) / weights(4)).toBeLessThan(6.4);
});

test('on wasm the weights of a large checkpoint stay on the host, and a small one’s do not', () => {
  const wasm = { policy: { device: 'wasm' }, weightBits: 4 } as const;
  const onHost = (changes: Partial<typeof checkpoint>) =>
    updateEstimate({ ...checkpoint, ...changes }, DEFAULT_TRAIN_CONFIG, wasm, lengths).onHost;
  expect(onHost({})).toBe(false);
  expect(onHost({ vocab_size: 10_000_000 })).toBe(true);
});

test('rank, group and length of responses each add to it', () => {
  const peak = (config: TrainConfig) => updateEstimate(checkpoint, config, gpu, lengths).peak;
  const before = peak(DEFAULT_TRAIN_CONFIG);
  expect(peak(set({ lora: { ...lora, r: 64 } }))).toBeGreaterThan(before);
  expect(peak(set({ num_generations: 16 }))).toBeGreaterThan(before);
  expect(peak(set({ sampling: { ...sampling, max_completion_length: 192 } }))).toBeGreaterThan(before);
  expect(
    updateEstimate(checkpoint, DEFAULT_TRAIN_CONFIG, gpu, { prompt: 600, written: null }).peak,
  ).toBeGreaterThan(before);
});

test('an entropy bonus takes a gradient of its own: on wasm two more tensors of logits', () => {
  const loss = { ...DEFAULT_TRAIN_CONFIG.grpo.loss, entropy_coef: 0.1 };
  const large = { ...checkpoint, vocab_size: 49280 };
  const added = (device: string) => {
    const model = { ...gpu, policy: { device } };
    const working = (config: TrainConfig) => updateEstimate(large, config, model, lengths).working;
    return working(set({ loss })) - working(DEFAULT_TRAIN_CONFIG);
  };
  const logits = 4 * 154 * large.vocab_size;
  expect(added('wasm') - added('webgpu')).toBe(2 * logits);
  expect(added('webgpu')).toBe(4 * 2 * 8 * 96 * large.hidden_size);
});

test('supervised fine-tuning learns one written response at a time', () => {
  const supervised: TrainConfig = { ...DEFAULT_TRAIN_CONFIG, method: 'sft' };
  const estimate = updateEstimate(checkpoint, supervised, gpu, { prompt: 300, written: 40 });
  expect(estimate).toMatchObject({ promptLength: 300, responses: 1, responseLength: 40 });
  const drawn = updateEstimate(checkpoint, DEFAULT_TRAIN_CONFIG, gpu, lengths);
  expect(drawn).toMatchObject({ responses: 8, responseLength: 96 });
  expect(estimate.activations).toBeLessThan(drawn.activations);
});

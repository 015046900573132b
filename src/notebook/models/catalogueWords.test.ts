import { expect, test } from 'vitest';
import { CATALOGUE } from '../../hub/catalogue.ts';
import type { Accelerator } from '../../hub/precision.ts';
import { downloadWords, memoryOf, memoryWords } from './catalogueWords.ts';

const entry = (name: string) => CATALOGUE.find(({ id }) => id.includes(name))!;
const small = entry('SmolVLM-256M-Instruct');
const halves: Accelerator = { device: 'webgpu', shaderF16: true, android: false };
const wasm: Accelerator = { device: 'wasm', shaderF16: false, android: false };

test('memory is told for the device at hand, in the precision that it would run', () => {
  expect(memoryWords(small, halves)).toMatch(
    /^Memory in q4f16 on WebGPU, .* a prompt of 400 tokens: [\d.]+ MB to ask, [\d.]+ [MG]B more to train\.$/,
  );
  expect(memoryWords(small, { ...halves, shaderF16: false })).toMatch(/^Memory in q4 on WebGPU/);
  expect(memoryWords(small, wasm)).toMatch(/^Memory in q4 on WebAssembly/);
  expect(memoryWords(small, { ...halves, android: true })).toMatch(/runs in no precision on this device/);
});

test('on WebAssembly weights are unpacked, and the prompt is held once for all eight responses', () => {
  const gpu = memoryOf(small, 'q4', 'webgpu')!;
  // 30 layers, 3 heads of 64, keys and values in 32 bits; twice while they grow.
  const prompt = 2 * 400 * (30 * 3 * 64 * 2 * 4);
  expect(memoryOf(small, 'q4', 'wasm')!.ask - gpu.ask).toBeCloseTo(4 * 256_484_928 - 208e6 - 7 * prompt, -3);
  // In 32 bits weights weigh more than in blocks of 4.
  const weights = memoryOf(small, 'fp32', 'webgpu')!.train - gpu.train;
  expect(weights).toBeGreaterThan(4 * 130e6 * (27 / 32));
});

test('what is not known is said to be so', () => {
  expect(downloadWords(entry('FastVLM'))).toMatch(
    /^Download: not known; .*no size of the vision tower\. The exact/,
  );
  expect(memoryWords(entry('FastVLM'), halves)).toBe('Memory: not known; more than the download.');
  expect(memoryWords(entry('LFM2-VL'), halves)).toBe('Memory: not known; more than the download.');
  expect(memoryWords(entry('Qwen3-VL-2B'), halves)).toBe('Memory: about 4 GB to ask, as others report it.');
});

test('8 bits of what can be trained are marked', () => {
  const words = downloadWords(entry('SmolVLM-500M-Instruct'));
  expect(words).toContain('q8 511 MB (computed from its config, to ask only)');
  expect(words).toContain('fp32 2030 MB (computed from its config)');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TINY } from '../../test/hub/hubServer.ts';
import { SUFFIXES } from '../checkpoint/parts.ts';
import { chooseFiles } from './chooseFiles.ts';
import { REQUIRED } from './neededFiles.ts';
import type { Accelerator, Precision } from './precision.ts';

const smolVlm = JSON.parse(readFileSync(join(TINY, 'config.json'), 'utf8')) as unknown;
const qwen = { model_type: 'qwen3_vl' };
const wasm: Accelerator = { device: 'wasm', shaderF16: false, android: false };
const gpu: Accelerator = { device: 'webgpu', shaderF16: false, android: false };
const parts = ['embed_tokens', 'vision_encoder', 'decoder_model_merged'];
const inAll = (...precisions: Precision[]) =>
  [...REQUIRED, ...precisions.flatMap((p) => parts.map((part) => `onnx/${part}${SUFFIXES[p]}.onnx`))].map(
    (path) => ({ path }),
  );
const choose = (
  files: { path: string }[],
  accelerator: Accelerator,
  precision: Precision | null = null,
  json = smolVlm,
) => chooseFiles(files, json, { precision, accelerator }, 'a/b');

test('what is refused is told with the reason, beside what is offered', () => {
  const { offered, refused, precision } = choose(inAll('q4f16', 'q4', 'fp16', 'q8', 'fp32'), gpu);
  expect([precision, offered]).toEqual(['q4', ['q4', 'fp32']]);
  expect(refused.map((r) => r.precision)).toEqual(['q4f16', 'fp16', 'q8']);
  expect(refused[0].why).toMatch(/lacks shader-f16: choose q4 or fp32/);
  expect(refused[2].why).toMatch(/gibberish on WebGPU/);
  expect(choose(inAll('q4'), gpu).refused).toEqual([]);
});

test('8 bits can be asked, not trained; a precision that can be trained is chosen first', () => {
  const files = inAll('q8', 'fp32');
  expect(choose(files, wasm)).toMatchObject({ precision: 'fp32', askOnly: null, policy: 'own' });
  const asked = choose(files, wasm, 'q8');
  expect(asked).toMatchObject({ precision: 'q8', policy: 'own', offered: ['q8', 'fp32'] });
  expect(asked.askOnly).toBe(
    'a/b can be asked in q8, not trained: its decoder multiplies 8-bit integers, which take no adapter; choose q4, q4f16, fp16 or fp32 to train.',
  );
  expect(choose(inAll('q8'), wasm)).toMatchObject({ precision: 'q8' });
  expect(asked.files.map(({ path }) => path)).toContain('onnx/decoder_model_merged_quantized.onnx');
  // Nothing is trained anyway: the smaller one.
  expect(choose(files, wasm, null, qwen)).toMatchObject({ precision: 'q8', policy: 'transformers' });
});

test('nothing that runs: every reason once', () => {
  expect(() => choose(inAll('fp16', 'q8'), gpu)).toThrow(
    /^a\/b cannot run here: fp16 computes in 16 bits.*; 8-bit decoders give gibberish/,
  );
  expect(() => choose(inAll('q8', 'q4'), gpu, 'q8')).toThrow(/^a\/b: 8-bit decoders give gibberish/);
  expect(() => choose(inAll('q4'), gpu, 'fp32')).toThrow('a/b has no fp32 files: choose q4');
});

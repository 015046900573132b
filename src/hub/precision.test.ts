import { expect, test } from 'vitest';
import { neededFiles } from './neededFiles.ts';
import { offeredPrecisions, preferredPrecision, PRECISIONS, refusal, type Accelerator } from './precision.ts';

const halves: Accelerator = { device: 'webgpu', shaderF16: true, android: false };
const plain: Accelerator = { device: 'webgpu', shaderF16: false, android: false };
const wasm: Accelerator = { device: 'wasm', shaderF16: false, android: false };
const listed = (...paths: string[]) => paths.map((path) => ({ path, size: 1, sha256: null, gitOid: null }));
const SMALL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'preprocessor_config.json'];
const onnx = (suffix: string) =>
  ['embed_tokens', 'vision_encoder', 'decoder_model_merged'].map((part) => `onnx/${part}${suffix}.onnx`);

test('q4f16 where the adapter computes in 16 bits, else q4', () => {
  expect(preferredPrecision(halves, PRECISIONS)).toBe('q4f16');
  expect(preferredPrecision(plain, PRECISIONS)).toBe('q4');
  expect(preferredPrecision(wasm, PRECISIONS)).toBe('q4');
  expect(preferredPrecision(plain, ['q4f16', 'fp16'])).toBeNull();
});

test('known bad combinations are refused with the reason', () => {
  expect(refusal('q8', halves)).toMatch(/gibberish on WebGPU .*1286/);
  expect(refusal('q8', wasm)).toBeNull();
  expect(refusal('fp16', plain)).toMatch(/lacks shader-f16/);
  expect(refusal('q4f16', wasm)).toMatch(/only emulates/);
  const android = { ...halves, android: true };
  expect(refusal('q4', android, 'HuggingFaceTB/SmolVLM-256M-Instruct')).toMatch(/issue 1205/);
  expect(refusal('q4', android, 'HuggingFaceTB/SmolVLM-500M-Instruct')).toBeNull();
});

test('a part may stand in for one that is missing, and external data goes with its file', () => {
  const paths = [
    ...SMALL,
    'README.md',
    'onnx/embed_tokens_fp16.onnx',
    'onnx/vision_encoder.onnx',
    'onnx/decoder_model_merged_q4.onnx',
    'onnx/decoder_model_merged_q4.onnx_data',
    'onnx/decoder_model_merged_q4.onnx_data_1',
    'onnx/decoder_model_merged_q4.onnx_data_old',
  ];
  const { files, dtypes } = neededFiles(listed(...paths), 'q4', 'x');
  expect(dtypes).toEqual({ embed_tokens: 'fp16', vision_encoder: 'fp32', decoder_model_merged: 'q4' });
  expect(files.map(({ path }) => path)).toEqual(
    paths.filter((path) => path !== 'README.md' && !path.endsWith('_old')),
  );
});

test('what is missing is named, with what there is', () => {
  const all = listed(...SMALL, ...onnx('_q4'));
  expect(offeredPrecisions(new Set(all.map(({ path }) => path)))).toEqual(['q4']);
  expect(() => neededFiles(all, 'fp16', 'x')).toThrow('x has no fp16 files: choose q4');
  expect(() => neededFiles(listed(...SMALL), 'q4', 'x')).toThrow(
    /PyTorch-only repository needs an ONNX export/,
  );
  expect(() => neededFiles(listed(...onnx('_q4')), 'q4', 'x')).toThrow('x has no config.json');
});

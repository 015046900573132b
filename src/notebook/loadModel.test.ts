import { afterEach, expect, test, vi } from 'vitest';
import { tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { MODEL_PARTS, onnxPath } from '../checkpoint/parts.ts';
import { chooseFiles, type PrecisionWish } from '../hub/chooseFiles.ts';
import { REQUIRED } from '../hub/neededFiles.ts';
import type { Precision } from '../hub/precision.ts';
import type { PolicyAddress } from '../policy/policyService.ts';
import { checkpointAddress, deviceFromAddress, loadModel, type DeviceChoice } from './loadModel.ts';

/** A policy whose device can be lost, and the learners made. */
const engines = vi.hoisted(() => {
  const policy = { ended: false, loads: 0, load: () => Promise.resolve() };
  policy.load = () => Promise.resolve(void ([policy.ended, policy.loads] = [false, policy.loads + 1]));
  return { policy, learners: [] as { ended: boolean }[] };
});
const loaded = vi.hoisted(() => vi.fn());
vi.mock('./remotePolicy.ts', () => ({
  loadRemotePolicy: (address: PolicyAddress) => (loaded(address), Promise.resolve(engines.policy)),
}));
vi.mock('./remoteLearner.ts', () => ({
  loadRemoteLearner: () => {
    engines.learners.push({ ended: false });
    return Promise.resolve(engines.learners.at(-1));
  },
}));
vi.mock('../policy/device.ts', async (original) => ({
  ...(await original<typeof import('../policy/device.ts')>()),
  chooseDevice: () => Promise.resolve({ device: 'webgpu', reason: 'Runs on your GPU.' }),
}));
vi.mock('./models/accelerator.ts', () => ({
  acceleratorOf: (choice: DeviceChoice) =>
    Promise.resolve({ device: choice === 'auto' ? 'webgpu' : choice, shaderF16: true, android: false }),
}));
/** Files of each stored checkpoint. */
const stored = vi.hoisted(() => new Map<string, { path: string }[]>());
vi.mock('./remoteHub.ts', () => ({
  planStoredCheckpoint: (id: string, wish: PrecisionWish) => {
    const files = stored.get(id);
    const json = id === 'owner/big' ? { model_type: 'qwen2_5_vl' } : tinyJson('config.json');
    return Promise.resolve().then(() => (files ? chooseFiles(files, json, wish, id) : null));
  },
}));
const filesIn = (...precisions: Precision[]) =>
  [...REQUIRED, ...precisions.flatMap((p) => MODEL_PARTS.map((part) => onnxPath(part, p)))].map((path) => ({
    path,
  }));
afterEach(() => vi.unstubAllGlobals());

const page = 'https://host.example/some/path/index.html?device=wasm';
const allIn = (precision: Precision) => ({
  embed_tokens: precision,
  vision_encoder: precision,
  decoder_model_merged: precision,
});

test('a checkpoint is embedded or stored', async () => {
  const at = (source: string) => checkpointAddress(source, page, 'wasm');
  expect((await at('embedded')).name).toBe('embedded');
  await expect(at('owner/name')).rejects.toThrow('owner/name is not stored here: choose it below');
  stored.set('owner/name', filesIn('q4', 'q8'));
  expect(await at('owner/name')).toEqual({
    name: 'owner/name:q4',
    baseUrl: null,
    id: 'owner/name',
    dtypes: allIn('q4'),
    askOnly: null,
    policy: 'own',
  });
  expect(await at('owner/name:q8')).toMatchObject({ dtypes: allIn('q8'), policy: 'own' });
  expect((await at('owner/name:q8')).askOnly).toMatch(/can be asked in q8, not trained/);
  stored.set('owner/big', filesIn('q4'));
  expect(await at('owner/big')).toMatchObject({ policy: 'transformers' });
  expect((await at('owner/big')).askOnly).toMatch(/can be asked, not trained/);
});

test('at an address the precision is chosen among what lies there, as elsewhere', async () => {
  const base = 'http://localhost:1/tiny/';
  const there = (json: unknown, ...precisions: Precision[]) => {
    const paths = filesIn(...precisions).map(({ path }) => base + path);
    const fetched = vi.fn((url: string, init: RequestInit) => {
      if (init.method !== 'HEAD') return Promise.resolve(Response.json(json));
      return Promise.resolve(new Response(null, { status: paths.includes(url) ? 200 : 404 }));
    });
    vi.stubGlobal('fetch', fetched);
    return fetched;
  };
  const at = (choice: DeviceChoice) => checkpointAddress('http://localhost:1/tiny', page, choice);
  const fetched = there({ model_type: 'qwen2_5_vl' }, 'fp32');
  const qwen = await at('wasm');
  expect(qwen).toMatchObject({ baseUrl: base, dtypes: allIn('fp32'), policy: 'transformers' });
  expect(qwen.askOnly).toMatch(/can be asked, not trained.*this is qwen2_5_vl/);
  expect(fetched).toHaveBeenCalledWith(`${base}config.json`, expect.anything());
  there(tinyJson('config.json'), 'q4', 'fp32', 'q4f16');
  expect((await at('wasm')).dtypes).toEqual(allIn('q4'));
  expect((await at('webgpu')).dtypes.decoder_model_merged).toBe('q4f16');
  there(tinyJson('config.json'), 'fp16');
  await expect(at('wasm')).rejects.toThrow(/cannot run here: fp16 computes in 16 bits/);
  there(tinyJson('config.json'));
  await expect(at('wasm')).rejects.toThrow(/shows no ONNX file/);
});

test('where WebGPU fails, WebAssembly takes what it computes well, or says what to download', async () => {
  vi.stubGlobal('document', { baseURI: 'https://host.example/' });
  const { signal } = new AbortController();
  const load = (source: string) => {
    loaded.mockReset().mockImplementationOnce(() => {
      throw new Error('no device');
    });
    return loadModel(source, 'auto', () => undefined, signal);
  };
  stored.set('owner/both', filesIn('q4f16', 'q4'));
  const model = await load('owner/both:q4f16');
  expect(loaded.mock.calls.map(([address]) => (address as PolicyAddress).name)).toEqual([
    'owner/both:q4f16',
    'owner/both:q4',
  ]);
  expect(loaded.mock.calls[1][0]).toMatchObject({ device: 'wasm', dtypes: allIn('q4') });
  expect([model.name, model.reason]).toEqual([
    'owner/both:q4',
    'Runs on your CPU by WebAssembly, since WebGPU failed: no device.',
  ]);
  stored.set('owner/halves', filesIn('q4f16'));
  await expect(load('owner/halves:q4f16')).rejects.toThrow(
    'WebGPU failed (no device), and WebAssembly cannot take its place: owner/halves: q4f16 computes in 16 bits, which a CPU only emulates: choose q4 or fp32; set the device to WebAssembly and download such a precision',
  );
  expect(loaded).toHaveBeenCalledTimes(1);
});

test('the address of the page may choose the device', () => {
  expect(['?device=wasm', '?device=webgpu', '?device=abacus', ''].map(deviceFromAddress)).toEqual([
    ...['wasm', 'webgpu', 'auto', 'auto'],
  ]);
});

test('a model whose device was lost is loaded again when it is wanted; so is a learner', async () => {
  vi.stubGlobal('document', { baseURI: 'https://host.example/' });
  const { signal } = new AbortController();
  const model = await loadModel('embedded', 'wasm', () => undefined, signal);
  vi.unstubAllGlobals();
  const ready = () => model.ready(() => undefined, signal);
  const learner = () => model.learner(() => undefined, signal);
  await ready();
  const first = await learner();
  expect(await learner()).toBe(first);
  expect([engines.policy.loads, engines.learners.length]).toEqual([0, 1]);

  engines.policy.ended = engines.learners[0].ended = true;
  await ready();
  await ready();
  expect(await learner()).not.toBe(first);
  expect([engines.policy.loads, engines.learners.length]).toEqual([1, 2]);
});

test('where the browser gives no graphics device any more, it is said what runs without one', async () => {
  vi.stubGlobal('document', { baseURI: 'https://host.example/' });
  const { signal } = new AbortController();
  const model = await loadModel('embedded', 'webgpu', () => undefined, signal);
  vi.unstubAllGlobals();
  engines.policy.ended = true;
  const refused = vi
    .spyOn(engines.policy, 'load')
    .mockRejectedValueOnce(new Error('Failed to get GPU adapter'));
  await expect(model.ready(() => undefined, signal)).rejects.toThrow(
    'the model could not be loaded again on the graphics device (Failed to get GPU adapter): choose WebAssembly',
  );
  const abort = new DOMException('stopped', 'AbortError');
  refused.mockRejectedValueOnce(abort);
  await expect(model.ready(() => undefined, signal)).rejects.toBe(abort);
  refused.mockRestore();
});

import { expect, test, vi } from 'vitest';
import { checkpointAddress, deviceFromAddress, loadModel } from './loadModel.ts';

/** A policy whose device can be lost, and the learners made. */
const engines = vi.hoisted(() => {
  const policy = { ended: false, loads: 0, load: () => Promise.resolve() };
  policy.load = () => Promise.resolve(void ([policy.ended, policy.loads] = [false, policy.loads + 1]));
  return { policy, learners: [] as { ended: boolean }[] };
});
vi.mock('./remotePolicy.ts', () => ({ loadRemotePolicy: () => Promise.resolve(engines.policy) }));
vi.mock('./remoteLearner.ts', () => ({
  loadRemoteLearner: () => {
    engines.learners.push({ ended: false });
    return Promise.resolve(engines.learners.at(-1));
  },
}));
vi.mock('./models/accelerator.ts', () => ({ acceleratorOf: () => Promise.resolve({ device: 'wasm' }) }));
const stored = vi.hoisted(() => new Map<string, object>());
vi.mock('./remoteHub.ts', () => ({
  planStoredCheckpoint: (id: string) => Promise.resolve(stored.get(id) ?? null),
}));

test('a checkpoint is embedded, at an address, or stored', async () => {
  const page = 'https://host.example/some/path/index.html?device=wasm';
  const at = (source: string) => checkpointAddress(source, page, 'wasm');
  expect((await at('embedded')).name).toBe('embedded');
  const fetched = vi.fn(() => Promise.resolve(Response.json({ model_type: 'qwen2_5_vl' })));
  vi.stubGlobal('fetch', fetched);
  const there = await at('http://localhost:1/tiny');
  vi.unstubAllGlobals();
  expect(there).toMatchObject({ baseUrl: 'http://localhost:1/tiny/' });
  expect(there.askOnly).toMatch(/can be asked, not trained.*this is qwen2_5_vl/);
  expect(fetched).toHaveBeenCalledWith('http://localhost:1/tiny/config.json', expect.anything());
  await expect(at('owner/name')).rejects.toThrow('owner/name is not stored here: choose it below');
  stored.set('owner/name', { precision: 'q4', dtypes: { any: 'q4' }, architecture: { use: 'train' } });
  expect(await at('owner/name')).toEqual({
    name: 'owner/name:q4',
    baseUrl: null,
    id: 'owner/name',
    dtypes: { any: 'q4' },
    askOnly: null,
  });
  const why = 'It can be asked, not trained';
  stored.set('owner/big', { precision: 'q4f16', dtypes: {}, architecture: { use: 'ask', why } });
  expect((await at('owner/big')).askOnly).toBe(why);
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

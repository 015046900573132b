import { expect, test, vi } from 'vitest';
import { checkpointAddress, deviceFromAddress } from './loadModel.ts';

vi.mock('./remotePolicy.ts', () => ({}));
vi.mock('./remoteLearner.ts', () => ({}));
vi.mock('./models/accelerator.ts', () => ({ acceleratorOf: () => Promise.resolve({ device: 'wasm' }) }));
const stored = vi.hoisted(() => new Map<string, object>());
vi.mock('./remoteHub.ts', () => ({
  planStoredCheckpoint: (id: string) => Promise.resolve(stored.get(id) ?? null),
}));

test('a checkpoint is embedded, at an address, or stored', async () => {
  const page = 'https://host.example/some/path/index.html?device=wasm';
  const at = (source: string) => checkpointAddress(source, page, 'wasm');
  expect((await at('embedded')).name).toBe('embedded');
  expect((await at('http://localhost:1/tiny')).baseUrl).toBe('http://localhost:1/tiny/');
  await expect(at('owner/name')).rejects.toThrow('owner/name is not stored here: choose it below');
  stored.set('owner/name', { precision: 'q4', dtypes: { any: 'q4' }, architecture: { use: 'train' } });
  expect(await at('owner/name')).toEqual({
    name: 'owner/name:q4',
    baseUrl: null,
    id: 'owner/name',
    dtypes: { any: 'q4' },
  });
  stored.set('owner/big', { architecture: { use: 'ask', why: 'It can be asked, not trained' } });
  await expect(at('owner/big')).rejects.toThrow('It can be asked, not trained');
});

test('the address of the page may choose the device', () => {
  expect(['?device=wasm', '?device=webgpu', '?device=abacus', ''].map(deviceFromAddress)).toEqual([
    ...['wasm', 'webgpu', 'auto', 'auto'],
  ]);
});

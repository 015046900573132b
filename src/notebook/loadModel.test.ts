import { expect, test, vi } from 'vitest';
import { checkpointAddress, deviceFromAddress } from './loadModel.ts';

vi.mock('./remotePolicy.ts', () => ({}));
vi.mock('./remoteLearner.ts', () => ({}));

test('a checkpoint is embedded, on the hub, or at an address', () => {
  const page = 'https://host.example/some/path/index.html?device=wasm';
  expect(checkpointAddress('embedded', page).name).toBe('embedded');
  expect(checkpointAddress('HuggingFaceTB/SmolVLM-256M-Instruct', page)).toEqual({
    name: 'HuggingFaceTB/SmolVLM-256M-Instruct',
    baseUrl: 'https://huggingface.co/HuggingFaceTB/SmolVLM-256M-Instruct/resolve/main/',
  });
  expect(checkpointAddress('http://localhost:1/tiny', page).baseUrl).toBe('http://localhost:1/tiny/');
  expect(() => checkpointAddress('my model', page)).toThrow('"my model" is no checkpoint');
});

test('the address of the page may choose the device', () => {
  expect(['?device=wasm', '?device=webgpu', '?device=abacus', ''].map(deviceFromAddress)).toEqual([
    ...['wasm', 'webgpu', 'auto', 'auto'],
  ]);
});

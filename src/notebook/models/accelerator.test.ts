import { afterEach, expect, test, vi } from 'vitest';
import { acceleratorOf } from './accelerator.ts';

/** A browser whose adapter has these features; null: it finds none. */
function browser(features: string[] | null, userAgent = 'Mozilla/5.0 (X11; Linux x86_64)') {
  const info = { vendor: 'acme', architecture: 'gen-1', description: '', isFallbackAdapter: false };
  const adapter = features && { features: new Set(features), info };
  const requestAdapter = vi.fn(() => Promise.resolve(adapter));
  vi.stubGlobal('navigator', { gpu: { requestAdapter }, userAgent, hardwareConcurrency: 2 });
  return requestAdapter;
}
afterEach(() => vi.unstubAllGlobals());

test.each([
  ['an adapter that computes in 16 bits', ['shader-f16'], true],
  ['one that does not', ['timestamp-query'], false],
])('%s', async (_, features, shaderF16) => {
  browser(features);
  const expected = { device: 'webgpu', shaderF16, android: false };
  expect(await acceleratorOf('auto')).toEqual(expected);
  expect(await acceleratorOf('webgpu')).toEqual(expected);
});

test('on wasm no adapter is asked for, whatever it could', async () => {
  const requestAdapter = browser(['shader-f16']);
  expect(await acceleratorOf('wasm')).toEqual({ device: 'wasm', shaderF16: false, android: false });
  expect(requestAdapter).not.toHaveBeenCalled();
});

test('no adapter, no WebGPU: WebAssembly; Android is told', async () => {
  browser(null, 'Mozilla/5.0 (Linux; Android 15) Chrome/140');
  expect(await acceleratorOf('auto')).toEqual({ device: 'wasm', shaderF16: false, android: true });
  expect(await acceleratorOf('webgpu')).toEqual({ device: 'webgpu', shaderF16: false, android: true });
  vi.stubGlobal('navigator', { userAgent: '', hardwareConcurrency: 2 });
  expect(await acceleratorOf('auto')).toEqual({ device: 'wasm', shaderF16: false, android: false });
});

import { expect, test } from 'vitest';
import { browserLacks, type BrowserScope } from './browserLacks.ts';

const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

const all = (userAgent: string): BrowserScope => ({
  navigator: { gpu: {}, userAgent, storage: { getDirectory: {} }, serviceWorker: {} },
  crossOriginIsolated: true,
  VideoDecoder: {},
  OffscreenCanvas: {},
});

test('a browser that has all lacks nothing', () => {
  expect(browserLacks(all(CHROME))).toEqual([]);
});

test.each([
  [CHROME, 'Chrome and Edge'],
  [SAFARI, 'Safari has WebGPU from version 26'],
  [FIREFOX, 'dom.webgpu.enabled'],
])('without WebGPU it says what helps in this browser', (userAgent, words) => {
  const scope = all(userAgent);
  scope.navigator.gpu = undefined;
  const [lack, ...rest] = browserLacks(scope);
  expect(rest).toEqual([]);
  expect(lack.feature).toBe('WebGPU');
  expect(lack.words).toContain(words);
});

test('without files of its own the page cannot download a checkpoint', () => {
  const scope = all(SAFARI);
  scope.navigator.storage = {};
  expect(browserLacks(scope).map(({ feature }) => feature)).toEqual(['files of its own']);
});

test('one thread is promised more only where a service worker can keep the promise', () => {
  const scope = { ...all(CHROME), crossOriginIsolated: false };
  expect(browserLacks(scope)[0].words).toContain('Opened again');
  scope.navigator = { ...scope.navigator, serviceWorker: undefined };
  expect(browserLacks(scope).map(({ feature }) => feature)).toEqual(['threads', 'service worker']);
  expect(browserLacks(scope)[0].words).not.toContain('Opened again');
});

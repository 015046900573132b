import { afterEach, expect, test, vi } from 'vitest';
import { download } from './download.ts';

afterEach(() => vi.unstubAllGlobals());

const get = (signal = new AbortController().signal, onProgress = vi.fn()) =>
  download('./demos/a.zip', 'the tabletop demonstrations', onProgress, signal);

test('the bytes, and how far it is', async () => {
  const file = new Response('four', { headers: { 'Content-Length': '4' } });
  vi.stubGlobal('fetch', () => Promise.resolve(file));
  const onProgress = vi.fn();
  expect(await (await get(undefined, onProgress)).text()).toBe('four');
  expect(onProgress).toHaveBeenLastCalledWith({
    label: 'Fetching the tabletop demonstrations',
    done: 4,
    total: 4,
    unit: 'bytes',
  });
});

test('without a network the error says what is missing and what helps', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await expect(get()).rejects.toThrow(
    'cannot reach ./demos/a.zip (TypeError: Failed to fetch): the tabletop demonstrations need the network once',
  );
  await expect(get(AbortSignal.abort())).rejects.toThrow(/abort/);
});

test('a fallback page in place of the file is no file', async () => {
  const page = new Response('<html>', { headers: { 'Content-Type': 'text/html' } });
  vi.stubGlobal('fetch', () => Promise.resolve(page));
  await expect(get()).rejects.toThrow('./demos/a.zip is not on this server');
});

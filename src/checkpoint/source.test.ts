import { afterEach, expect, test, vi } from 'vitest';
import { httpSource, readJson } from './source.ts';

afterEach(() => vi.unstubAllGlobals());

function answerWith(make: () => Response): string[] {
  const urls: string[] = [];
  vi.stubGlobal('fetch', (url: string, { signal }: RequestInit) => {
    urls.push(url);
    return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(make());
  });
  return urls;
}

test('files lie below the base, and progress is told', async () => {
  const urls = answerWith(() => new Response('{"a":1}', { headers: { 'content-length': '7' } }));
  const source = httpSource('tiny', 'checkpoint');
  expect(await readJson(source, 'config.json')).toEqual({ a: 1 });
  const seen: [number, number | null][] = [];
  const bytes = await source.read('onnx/x.onnx', undefined, (loaded, total) => seen.push([loaded, total]));
  expect(bytes).toHaveLength(7);
  expect(seen.at(-1)).toEqual([7, 7]);
  expect(urls).toEqual(['checkpoint/config.json', 'checkpoint/onnx/x.onnx']);
});

test('a missing file is named, also where a server answers with a page', async () => {
  const source = httpSource('tiny', 'https://hub.example/tiny/resolve/main/');
  answerWith(() => new Response('', { status: 404 }));
  await expect(source.read('config.json')).rejects.toThrow(/tiny has no config\.json .*: 404/);
  answerWith(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  await expect(source.read('config.json')).rejects.toThrow(/a web page/);
  answerWith(() => new Response('{"a"'));
  await expect(readJson(source, 'config.json')).rejects.toThrow(/config\.json of tiny is no JSON/);
});

test('cancelling is an AbortError', async () => {
  answerWith(() => new Response(''));
  const read = httpSource('tiny', '/c/').read('config.json', AbortSignal.abort());
  await expect(read).rejects.toMatchObject({ name: 'AbortError' });
});

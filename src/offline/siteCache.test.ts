import { expect, test } from 'vitest';
import { absentParts, CACHE_PREFIX, isolated, isOurs, keyOf, outdated } from './siteCache.ts';

const SCOPE = 'https://host.example/some/where/';
const request = (path: string, init?: RequestInit) => new Request(new URL(path, SCOPE), init);

test('only whole files of the own host are kept', () => {
  expect(isOurs(request('assets/a.js'), SCOPE)).toBe(true);
  expect(isOurs(request('a', { method: 'POST' }), SCOPE)).toBe(false);
  expect(isOurs(request('/elsewhere/a.js'), SCOPE)).toBe(false);
  expect(isOurs(request('https://huggingface.co/x'), SCOPE)).toBe(false);
  expect(isOurs(request('a', { headers: { Range: 'bytes=0-1' } }), SCOPE)).toBe(false);
});

test('however the page is opened, it is one page; files are told apart by their query', () => {
  const opened = (path: string) => ({ ...request(path), url: new URL(path, SCOPE).href, mode: 'navigate' });
  const key = (path: string) => keyOf(opened(path) as Request, SCOPE);
  expect(key('?device=wasm')).toBe(SCOPE);
  expect(key('index.html#lab')).toBe(SCOPE);
  expect(key('style.html')).toBe(`${SCOPE}style.html`);
  expect(keyOf(request('a.json?b'), SCOPE)).toBe(`${SCOPE}a.json?b`);
});

test('the answer is as it was, and isolates the page', async () => {
  const answer = isolated(new Response('text', { status: 203, headers: { 'Content-Type': 'text/css' } }));
  expect(answer.status).toBe(203);
  expect(answer.headers.get('Content-Type')).toBe('text/css');
  expect(answer.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(answer.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(await answer.text()).toBe('text');
});

test('this version and the one before it stay, and what is not ours', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((version) => CACHE_PREFIX + version);
  expect(outdated([a, b, c, 'transformers-cache'], c)).toEqual([a]);
  expect(outdated([a], a)).toEqual([]);
});

test('a part is absent while a single file of it is', () => {
  const parts = [
    { name: 'the model', files: ['a', 'b'], unasked: true },
    { name: 'the simulator', files: ['c'], unasked: true },
    { name: 'models on WebGPU', files: ['d'], unasked: false },
  ];
  expect(absentParts(parts, (path) => ['a', 'c'].includes(path))).toEqual([
    { name: 'the model', unasked: true },
    { name: 'models on WebGPU', unasked: false },
  ]);
});

import { afterEach, expect, test, vi } from 'vitest';
import { opfsStore } from './opfsStore.ts';

afterEach(() => vi.unstubAllGlobals());

const refused = () => Promise.reject(new DOMException('denied', 'SecurityError'));

test.each([
  ['no storage', {}],
  ['no files of the origin', { storage: {} }],
  ['a private window', { storage: { getDirectory: refused } }],
])('%s: what to do is said', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator);
  for (const call of [opfsStore().list('models'), opfsStore().open('a'), opfsStore().append('a', null)])
    await expect(call).rejects.toThrow('this browser keeps no files for the page');
});

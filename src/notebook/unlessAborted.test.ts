import { expect, test } from 'vitest';
import { unlessAborted } from './unlessAborted.ts';

test('what is told after the abort is left out', () => {
  const abort = new AbortController();
  const heard: [number, string][] = [];
  const tell = unlessAborted(abort.signal, (n: number, word: string) => void heard.push([n, word]));
  tell(1, 'a');
  abort.abort();
  tell(2, 'b');
  expect(heard).toEqual([[1, 'a']]);
});

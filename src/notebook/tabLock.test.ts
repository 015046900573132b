import { expect, test } from 'vitest';
import { fakeLocks } from './testing/fakeLocks.ts';
import { hold, holdWhenFree } from './tabLock.ts';

test('held once, and again when released', async () => {
  const locks = fakeLocks();
  const first = await hold('run/a', locks);
  expect(first).not.toBe(null);
  expect(await hold('run/a', locks)).toBe(null);
  expect(await hold('run/b', locks)).not.toBe(null);
  const waiting = holdWhenFree('run/a', new AbortController().signal, locks);
  first!.release();
  const second = await waiting;
  expect(await hold('run/a', locks)).toBe(null);
  second.release();
});

test('waiting ends with its signal', async () => {
  const locks = fakeLocks();
  await hold('run/a', locks);
  const abort = new AbortController();
  const waiting = holdWhenFree('run/a', abort.signal, locks);
  abort.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});

test('a browser without locks holds what is asked for', async () => {
  expect(await hold('run/a', undefined)).not.toBe(null);
});

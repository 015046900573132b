import { expect, test } from 'vitest';
import { Turns } from './turns.svelte.ts';

const never = new AbortController().signal;

/** Work that ends when told to. */
function job(log: string[], name: string) {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { end, work: async () => (log.push(name), await ended) };
}

async function settle() {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

test('one at a time, in order of asking', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => job(log, name));
  const all = [a, b, c].map(({ work }, i) => turns.take({ who: 'abc'[i] }, never, work));
  await settle();
  expect(log).toEqual(['a']);
  expect(turns.holder?.who).toBe('a');
  expect(turns.waiting.map(({ who }) => who)).toEqual(['b', 'c']);
  a.end();
  await settle();
  expect(log).toEqual(['a', 'b']);
  b.end();
  c.end();
  await Promise.all(all);
  expect(log).toEqual(['a', 'b', 'c']);
  expect(turns.holder).toBeNull();
});

test('who gives up while waiting loses the place, and the others go on', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const [a, b, c] = ['a', 'b', 'c'].map((name) => job(log, name));
  const gone = new AbortController();
  const first = turns.take({ who: 'a' }, never, a.work);
  const second = turns.take({ who: 'b' }, gone.signal, b.work);
  const third = turns.take({ who: 'c' }, never, c.work);
  gone.abort();
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
  a.end();
  c.end();
  await Promise.all([first, third]);
  expect(log).toEqual(['a', 'c']);
});

test('work that fails gives the turn on', async () => {
  const turns = new Turns();
  const failing = turns.take({ who: 'a' }, never, () => Promise.reject(new Error('broke')));
  const after = turns.take({ who: 'b' }, never, () => Promise.resolve('b'));
  await expect(failing).rejects.toThrow('broke');
  expect(await after).toBe('b');
});

test('long work gives way between its steps, and goes on behind those who waited', async () => {
  const turns = new Turns();
  const log: string[] = [];
  const long = turns.take({ who: 'long' }, never, async () => {
    log.push('one');
    await settle();
    expect(await turns.giveWay(never)).toBe(true);
    log.push('two');
    expect(await turns.giveWay(never)).toBe(false);
  });
  const short = turns.take({ who: 'short' }, never, () => Promise.resolve(log.push('short')));
  await Promise.all([long, short]);
  expect(log).toEqual(['one', 'short', 'two']);
  expect(turns.holder).toBeNull();
});

test('long work that is stopped while it gives way does not hold up the next', async () => {
  const turns = new Turns();
  const stop = new AbortController();
  const short = job([], 'short');
  const long = turns.take({ who: 'long' }, stop.signal, async () => {
    await settle();
    await turns.giveWay(stop.signal);
  });
  const waits = turns.take({ who: 'short' }, never, short.work);
  await settle();
  await settle();
  expect(turns.holder?.who).toBe('short');
  stop.abort();
  await expect(long).rejects.toMatchObject({ name: 'AbortError' });
  expect(turns.holder?.who).toBe('short');
  short.end();
  await waits;
  expect(turns.holder).toBeNull();
});

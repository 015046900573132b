import { expect, test } from 'vitest';
import type { Progress } from './notebook.svelte.ts';
import { Work } from './work.svelte.ts';

const at = (done: number): Progress => ({ label: 'Reading', done, total: 3 });
const failing = () => {
  const failed: string[] = [];
  return { failed, work: new Work((error) => failed.push(error.message)) };
};

test('progress is shown while it works, and nothing that is told late', async () => {
  const { work } = failing();
  let told: (progress: Progress) => void = () => undefined;
  const done = await work.run(async (_, tell) => {
    told = tell;
    expect(work.progress).toEqual(at(0));
    tell(at(2));
    expect(work.progress).toEqual(at(2));
    await Promise.resolve();
  }, at(0));
  expect([done, work.progress]).toEqual([true, null]);
  told(at(3));
  expect(work.progress).toBeNull();
});

test('a second work ends the first, whose error and end are not noticed', async () => {
  const { work, failed } = failing();
  const first = work.run(
    (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('broken off')))),
  );
  let end = () => {};
  const second = work.run(() => new Promise<void>((resolve) => (end = resolve)), at(1));
  expect(await first).toBe(false);
  expect(work.progress).toEqual(at(1));
  end();
  expect(await second).toBe(true);
  expect(failed).toEqual([]);
});

test('why it failed is told; that it was cancelled is not', async () => {
  const { work, failed } = failing();
  expect(await work.run(() => Promise.reject(new Error('no such file')))).toBe(false);
  const cancelled = work.run(async (signal) => {
    await Promise.resolve();
    signal.throwIfAborted();
  });
  work.cancel();
  expect(await cancelled).toBe(false);
  expect(failed).toEqual(['no such file']);
});

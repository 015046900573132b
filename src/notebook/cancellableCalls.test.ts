import { expect, test } from 'vitest';
import { CancellableCalls } from './cancellableCalls.ts';

test('aborting cancels exactly the call under way, and no call that has ended', async () => {
  const cancelled: number[] = [];
  const calls = new CancellableCalls((call) => cancelled.push(call));
  const abort = new AbortController();
  const started: number[] = [];
  await calls.run(abort.signal, (call) => Promise.resolve(started.push(call)));
  const second = calls.run(abort.signal, (call) => {
    started.push(call);
    return new Promise<void>((resolve) => setTimeout(resolve, 5));
  });
  abort.abort();
  await second;
  expect(cancelled).toEqual([started[1]]);
  await expect(calls.run(abort.signal, () => Promise.resolve())).rejects.toThrow(/abort/i);
});

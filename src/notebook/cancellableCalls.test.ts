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

test('an error that ends the device ends the worker, every call under way and all that come', async () => {
  const buried: string[] = [];
  const calls = new CancellableCalls(
    () => undefined,
    () => buried.push('worker'),
  );
  const waiting = calls.run(undefined, () => new Promise<never>(() => {}));
  const failing = calls.run(undefined, () => Promise.reject(new Error('one bad picture')));
  await expect(failing).rejects.toThrow('one bad picture');
  expect(calls.ended).toBe(null);

  const lost = Object.assign(new Error('the graphics device was lost'), { name: 'DeviceLostError' });
  await expect(calls.run(undefined, () => Promise.reject(lost))).rejects.toBe(lost);
  await expect(waiting).rejects.toBe(lost);
  const started: number[] = [];
  const late = calls.run(undefined, (call) => Promise.resolve(started.push(call)));
  await expect(late).rejects.toBe(lost);
  expect([started, buried, calls.ended]).toEqual([[], ['worker'], lost]);
});

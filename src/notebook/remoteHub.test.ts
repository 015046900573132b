import { beforeEach, expect, test, vi } from 'vitest';
import { WorkerEndedError } from './workerEnd.ts';

/** Never answers. */
class SilentWorker extends EventTarget {
  static made: SilentWorker[] = [];
  ended = false;

  constructor() {
    super();
    SilentWorker.made.push(this);
  }
  postMessage() {}
  terminate() {
    this.ended = true;
  }
}

beforeEach(() => {
  SilentWorker.made = [];
  vi.resetModules();
  vi.stubGlobal('Worker', SilentWorker);
});

const failed = (message: string) => Object.assign(new Event('error'), { message });

test.each([
  [new Event('error'), 'what fetches checkpoints could not be loaded: check the connection and try again'],
  [failed('boom'), 'what fetches checkpoints has failed (boom): try again'],
])('a worker that ends is told, and the next call has a new one', async (event, words) => {
  const { deleteCheckpoint, planStoredCheckpoint, storedCheckpoints } = await import('./remoteHub.ts');
  const choice = {
    precision: null,
    accelerator: { device: 'wasm', shaderF16: false, android: false },
  } as const;
  const waiting = [storedCheckpoints(), deleteCheckpoint('a/b'), planStoredCheckpoint('a/b', choice)];
  expect(SilentWorker.made).toHaveLength(1);
  SilentWorker.made[0].dispatchEvent(event);
  for (const call of waiting) await expect(call).rejects.toThrow(words);
  expect(SilentWorker.made[0].ended).toBe(true);

  const again = storedCheckpoints();
  expect(SilentWorker.made).toHaveLength(2);
  SilentWorker.made[1].dispatchEvent(event);
  await expect(again).rejects.toMatchObject({ name: WorkerEndedError.name });
});

test('so it is with what runs the model and what trains it', async () => {
  const { loadRemotePolicy } = await import('./remotePolicy.ts');
  const { loadRemoteLearner } = await import('./remoteLearner.ts');
  const { signal } = new AbortController();
  const told = () => undefined;
  const loading = [loadRemotePolicy({} as never, told, signal), loadRemoteLearner({} as never, told, signal)];
  for (const worker of SilentWorker.made) worker.dispatchEvent(new Event('error'));
  await expect(loading[0]).rejects.toThrow('what runs the model could not be loaded: check the connection');
  await expect(loading[1]).rejects.toThrow(
    'what trains the adapter could not be loaded: check the connection',
  );
});

import { expect, test } from 'vitest';
import { ALL_Q4 } from '../checkpoint/parts.ts';
import type { Policy } from './policy.ts';
import { PolicyService } from './policyService.ts';

const prompt = { ids: new Int32Array(1), embeds: new Float32Array(2), hidden: 2 };
const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: 1, seed: 0 };

/** A service whose policy waits in generate until it is released or cancelled. */
async function service() {
  const log: string[] = [];
  let release = () => {};
  const policy: Policy = {
    device: 'cpu',
    checkpoint: 'stub',
    encode: () => Promise.resolve(prompt),
    encodeResponse: () => Promise.resolve(new Int32Array(1)),
    generate: async (_prompt, count, _sampling, options) => {
      log.push(`begin ${count}`);
      await new Promise<void>((resolve) => {
        release = resolve;
        options?.signal?.addEventListener('abort', () => resolve());
      });
      options?.signal?.throwIfAborted();
      log.push(`end ${count}`);
      return [];
    },
    generateBatch: () => Promise.resolve([]),
    optionScores: () => Promise.resolve([]),
    letterTrace: () => Promise.resolve({ at: [], letters: [] }),
    setAdapter: () => Promise.resolve(void log.push('adapter')),
    dispose: () => Promise.resolve(void log.push('dispose')),
  };
  const served = new PolicyService(() => Promise.resolve(policy));
  await served.load(1, {
    name: 'stub',
    id: 'stub',
    baseUrl: 'http://host/',
    dtypes: ALL_Q4,
    askOnly: null,
    policy: 'own',
    device: 'wasm',
  });
  return { served, log, release: () => release() };
}

test('the loss of a device is told while nothing is asked', async () => {
  const lost = Promise.reject(Object.assign(new Error('gone'), { name: 'DeviceLostError' }));
  const served = new PolicyService(() => Promise.resolve({ lost } as unknown as Policy));
  const address = {
    name: 'stub',
    id: 'stub',
    baseUrl: 'http://host/',
    dtypes: ALL_Q4,
    askOnly: null,
    policy: 'own',
  } as const;
  await expect(served.lost()).rejects.toThrow('no model is loaded');
  await served.load(1, { ...address, device: 'webgpu' });
  await expect(served.lost()).rejects.toMatchObject({ name: 'DeviceLostError' });
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a load that is cancelled at its end leaves the policy that was there', async () => {
  const log: string[] = [];
  const policyOf = (name: string) =>
    ({ dispose: () => Promise.resolve(void log.push(`dispose ${name}`)), setAdapter: () => name }) as unknown;
  const address = {
    ...{ id: 'stub', baseUrl: 'http://host/', dtypes: ALL_Q4, askOnly: null },
    ...({ policy: 'own', device: 'wasm' } as const),
  };
  const served: PolicyService = new PolicyService(({ name }) => {
    if (name === 'second') served.cancel(2);
    return Promise.resolve(policyOf(name) as Policy);
  });
  await served.load(1, { name: 'first', ...address });
  await expect(served.load(2, { name: 'second', ...address })).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }) as Error,
  );
  expect(log).toEqual(['dispose second']);
  expect(await served.setAdapter(3, null)).toBe('first');
});

test('calls wait for their turn', async () => {
  const { served, log, release } = await service();
  const calls = [served.generate(2, prompt, 1, sampling), served.setAdapter(3, null)];
  await settled();
  expect(log).toEqual(['begin 1']);
  release();
  await Promise.all(calls);
  expect(log).toEqual(['begin 1', 'end 1', 'adapter']);
});

test('cancelling ends the call of that number only, running or waiting', async () => {
  const { served, log, release } = await service();
  const running = served.generate(2, prompt, 1, sampling);
  const waiting = served.generate(3, prompt, 2, sampling);
  const last = served.generate(4, prompt, 3, sampling);
  await settled();
  served.cancel(3);
  served.cancel(2);
  await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await settled();
  release();
  await last;
  expect(log).toEqual(['begin 1', 'begin 3', 'end 3']);
});

test('without a model it says what to do', async () => {
  const { served } = await service();
  await served.dispose(2);
  await expect(served.encode(3, '<image>', 'blank')).rejects.toThrow('no model is loaded');
});

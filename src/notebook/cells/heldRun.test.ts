import { afterEach, expect, test, vi } from 'vitest';
import { fakeLocks } from '../testing/fakeLocks.ts';
import { holdRun, runsInTraining } from './heldRun.ts';

afterEach(() => void vi.unstubAllGlobals());

test('a run that is being trained is refused with what to do, and free when that has ended', async () => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  const run = { id: '7', name: 'grpo, seed 0' };
  const first = await holdRun(run);
  await expect(holdRun(run)).rejects.toThrow('“grpo, seed 0” is being trained in another tab');
  first.release();
  await new Promise((resolve) => setTimeout(resolve));
  (await holdRun(run)).release();
});

test('runs in training are told by their locks; without locks there are none', async () => {
  const held = [{ name: 'run/7' }, { name: 'notebook/run/8' }, { name: 'run/9' }];
  vi.stubGlobal('navigator', { locks: { query: () => Promise.resolve({ held }) } });
  expect(await runsInTraining()).toEqual(new Set(['7', '9']));
  vi.stubGlobal('navigator', {});
  expect(await runsInTraining()).toEqual(new Set());
});

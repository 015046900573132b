import { afterEach, expect, test, vi } from 'vitest';
import { startBackend } from './backend.ts';
import type { LearnerGroup } from './learner.ts';
import { DEFAULT_LOSS } from './lossSettings.ts';
import { ADAMW, SMALL, syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

afterEach(() => void vi.restoreAllMocks());

const LOSS = { ...DEFAULT_LOSS, temperature: 1, max_completion_length: 10 };
const OPTIMIZER = { ...ADAMW, learning_rate: 1e-2 };

test('a heap that cannot grow ends the update by name; on a new one it goes on from the state before', async () => {
  const small = [0, 1].map((i) => syntheticGroup(SMALL, 7, [5, 4], `group ${i}`));
  const start = async () => {
    await startBackend('wasm');
    return new TfjsLearner('wasm', syntheticParameters(SMALL, 'decoder'));
  };
  const update = (learner: TfjsLearner, group: LearnerGroup) => learner.update([group], LOSS, OPTIMIZER);
  const learner = await start();
  await learner.setAdapter(syntheticAdapter(SMALL, 3, 'adapter'));
  await update(learner, small[0]);
  const before = await learner.adapter();
  await update(learner, small[1]);
  const expected = await learner.adapter();
  await learner.setAdapter(before.adapter, before.optimizer);

  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory');
  });
  const large = syntheticGroup(
    SMALL,
    800,
    Array.from({ length: 50 }, () => 60),
    'large',
  );
  await expect(update(learner, large)).rejects.toMatchObject({
    name: 'OutOfMemoryError',
    message: 'out of memory: lower num_generations, max_completion_length or the rank r of the adapter',
    cause: { message: expect.stringMatching(/WebAssembly cannot have \d+ bytes/) as string },
  });
  expect(await learner.adapter()).toEqual(before);
  await learner.dispose();

  vi.restoreAllMocks();
  const again = await start();
  await again.setAdapter(before.adapter, before.optimizer);
  await update(again, small[1]);
  expect(await again.adapter()).toEqual(expected);
  await again.dispose();
});

import { expect, test } from 'vitest';
import { fixture } from '../../test/fixtures/fixture.ts';
import { openBundle } from './openBundle.ts';
import { STATE_BYTES, StateBudget } from './stateBudget.ts';

test('frames are counted over all demonstrations, and too many are refused', () => {
  const budget = new StateBudget('a.zip', 1600);
  budget.spend(10, 15);
  expect(() => budget.spend(10, 8)).toThrow(
    'a.zip: has more than 10 frames, whose states take more than 1 MB of memory: open fewer demonstrations',
  );
  expect(STATE_BYTES / 8 / 22).toBeGreaterThan(1e6);
});

test('of a demonstration, what it holds', async () => {
  const { demonstrations } = await openBundle(new Blob([fixture('rlbench_variations.zip')]), 'x.zip');
  const [demo] = demonstrations;
  const joints = demo.jointPositions!.length / demo.length;
  const movingPoses = demo.cameras.wrist.extrinsics!.length / demo.length;
  expect([joints, movingPoses]).toEqual([7, 16]);
  const bytes = (8 + 2 * joints + movingPoses) * 8 * demo.length;
  new StateBudget('a.zip', bytes).add(demo);
  expect(() => new StateBudget('a.zip', bytes - 1).add(demo)).toThrow('open fewer demonstrations');
});

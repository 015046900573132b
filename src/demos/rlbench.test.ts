import { expect, test } from 'vitest';
import { Instance, NumpyArray, pickled, type Value } from '../../test/bench/pickleWriter.ts';
import { fixture, unzipped, zipped } from '../../test/fixtures/fixture.ts';
import { discoverKeypoints } from './keypoints.ts';
import { openBundle } from './openBundle.ts';

const FOLDER = 'push_button/variation0/episodes/episode0/';
/** A joint that turns by 0.2 rad a frame, that is 4 rad/s, stands still for five frames, and turns on. */
const ANGLES = [0, 0.2, 0.4, 0.6, 0.6, 0.6, 0.6, 0.6, 0.8, 1];

async function opened(joints: (angle: number) => Record<string, Value>) {
  const observations = ANGLES.map(
    (angle) =>
      new Instance('rlbench.backend.observation', 'Observation', {
        gripper_pose: new NumpyArray([0.2, 0, 1, 0, 0, 0, 1], [7]),
        gripper_open: 1,
        ...joints(angle),
      }),
  );
  const picture = (await unzipped(fixture('rlbench_layers.zip')))[`${FOLDER}front_rgb/0.png`];
  const zip = await zipped({
    [`${FOLDER}low_dim_obs.pkl`]: pickled(
      new Instance('rlbench.demo', 'Demo', { _observations: observations }),
    ),
    ...Object.fromEntries(ANGLES.map((_, i) => [`${FOLDER}front_rgb/${i}.png`, picture])),
  });
  const { demonstrations, remarks } = await openBundle(new Blob([zip]), 'x.zip');
  return { demo: demonstrations[0], said: remarks.filter((remark) => remark.includes('velocities')) };
}

const NONE = 'none';

test('where joint velocities were not recorded, those of the joint positions find the stops', async () => {
  const { demo, said } = await opened((angle) => ({
    joint_positions: new NumpyArray([angle], [1]),
    joint_velocities: NONE,
  }));
  const velocities = [...demo.jointVelocities!].map((v) => Number(v.toFixed(9)));
  expect(velocities).toEqual([4, 4, 4, 2, 0, 0, 0, 2, 4, 4]);
  expect(discoverKeypoints(demo)).toEqual([4, 9]);
  expect(said).toEqual([
    'Some episodes hold no joint velocities: differences of the joint positions stand for them where keypoints are looked for.',
  ]);
});

test('without joint positions either there are no stops', async () => {
  const { demo, said } = await opened(() => ({ joint_positions: NONE, joint_velocities: NONE }));
  expect([demo.jointPositions, demo.jointVelocities, discoverKeypoints(demo)]).toEqual([null, null, [9]]);
  expect(said).toEqual([
    'Some episodes hold no joint velocities: keypoints are gripper changes and the last frame only.',
  ]);
});

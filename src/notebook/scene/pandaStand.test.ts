import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Demonstration, Vec3 } from '../../demos/demonstration.ts';
import { openBundle } from '../../demos/openBundle.ts';
import { MANISKILL_FRAME, ROBOSUITE_FRAME, type Scene } from '../../demos/scene.ts';
import { emptyScene } from './kinematics.ts';
import { pandaStand } from './pandaStand.ts';

const model = emptyScene();
const RLBENCH_BASE = [-0.309, 0, 0.782];
const SOMEWHERE: Scene = { robot: 'panda', frame: null, table: null, position: 'p', gripper: 'g' };

let sample: Demonstration;
beforeAll(async () => {
  const zip = await readFile(new URL('../../../public/demos/sample.zip', import.meta.url));
  sample = (await openBundle(new Blob([zip]), 'sample.zip')).demonstrations[0];
});

/** The sample's Panda with its base elsewhere, in another world. */
function moved(base: Readonly<Vec3>, scene: Scene): Demonstration {
  const gripperPose = sample.gripperPose.map((x, i) =>
    i % 7 < 3 ? x + base[i % 7] - RLBENCH_BASE[i % 7] : x,
  );
  return { ...sample, gripperPose, scene };
}

/** Its first frames only. */
function start(demo: Demonstration, length: number): Demonstration {
  return {
    ...demo,
    length,
    gripperPose: demo.gripperPose.slice(0, 7 * length),
    jointPositions: demo.jointPositions!.slice(0, 7 * length),
  };
}

test('in RLBench’s world the Panda stands at RLBench’s base, and nowhere else', () => {
  expect(pandaStand(model, sample)).toEqual({ base: RLBENCH_BASE, missing: null });
  const elsewhere = { ...moved([0, 0, 0.782], SOMEWHERE), scene: undefined };
  expect(pandaStand(model, elsewhere).missing).toContain('do not lead a Panda’s gripper to where it was');
});

test.each([
  [ROBOSUITE_FRAME, 0.8, [-0.56, 0, 0.912]],
  [MANISKILL_FRAME, 0, [-0.615, 0, 0]],
] as const)('in %s it stands at the base known, even in one frame, named or not', (frame, table, base) => {
  const scene = { ...SOMEWHERE, frame, table };
  for (const robot of ['Panda', 'panda_wristcam', null]) {
    const demo = moved(base, { ...scene, robot });
    expect(pandaStand(model, demo)).toEqual({ base, missing: null });
    expect(pandaStand(model, start(demo, 1)).base).toEqual(base);
  }
});

test('in a world without a known base the joints tell it, where the gripper roams', () => {
  const demo = moved([-0.66, 0.1, 0.5], { ...SOMEWHERE, frame: ROBOSUITE_FRAME });
  pandaStand(model, demo).base!.forEach((x, k) => expect(x).toBeCloseTo([-0.66, 0.1, 0.5][k], 5));
  expect(pandaStand(model, start(demo, 2))).toEqual({
    base: null,
    missing: 'Panda not drawn: it moves too little to tell where its base stands.',
  });
});

test('where the known base is not the one, the joints tell it too', () => {
  const scene = { ...SOMEWHERE, frame: ROBOSUITE_FRAME, table: 0.8 };
  pandaStand(model, moved([-0.7, 0, 0.912], scene)).base!.forEach((x, k) =>
    expect(x).toBeCloseTo([-0.7, 0, 0.912][k], 5),
  );
});

test('another robot, none named, or one whose joints do not fit is not drawn, and why is said', () => {
  const demo = moved([0, 0, 0], SOMEWHERE);
  const why = (robot: string | null, changed: Partial<Demonstration> = {}) =>
    pandaStand(model, { ...demo, scene: { ...SOMEWHERE, robot }, ...changed }).missing;
  for (const robot of ['so100_follower', 'Sawyer', 'panda_stick', 'PandaOmron'])
    expect(why(robot)).toBe(`Robot (${robot}) not drawn: its shape is not known.`);
  expect(why('Panda', { jointPositions: null })).toBe('Panda not drawn: no joint positions were recorded.');
  expect(why(null, { jointPositions: null })).toBe(
    'Robot (not named) not drawn: no joint positions were recorded.',
  );
  expect(why('Panda', { jointPositions: new Float64Array(6 * demo.length) })).toBe(
    'Panda not drawn: its joints are not a Panda’s seven.',
  );
  const bent = demo.jointPositions!.map((q, i) => (i % 7 === 3 ? -q : q));
  expect(why('Panda', { jointPositions: bent })).toBe(
    'Panda not drawn: its joints do not lead a Panda’s gripper to where it was.',
  );
});

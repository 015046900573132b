import loadMujoco from '@mujoco/mujoco';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Demonstration } from '../../demos/demonstration.ts';
import { openBundle } from '../../demos/openBundle.ts';
import { seededRandom, uniform } from '../../demos/random.ts';
import { LOWER_LIMITS, UPPER_LIMITS } from '../../demos/pandaLimits.ts';
import { HOME } from '../../simulator/panda.ts';
import { sceneOf } from '../../simulator/scene.ts';
import { World } from '../../simulator/world.ts';
import { bodyPoses, emptyScene, jointsAt, tipPose } from './kinematics.ts';
import { fromQuaternion } from './transform.ts';

const model = emptyScene();
/** Metres: the robot's mounting plate on RLBench's table. */
const BASE = [-0.309, 0, 0.782];
const FLANGE_TO_TIP = 0.1034;
/** a, d, alpha of the maker's modified DH parameters, the flange last. */
const DH = [
  [0, 0.333, 0],
  [0, 0, -Math.PI / 2],
  [0, 0.316, Math.PI / 2],
  [0.0825, 0, Math.PI / 2],
  [-0.0825, 0.384, -Math.PI / 2],
  [0, 0, Math.PI / 2],
  [0.088, 0, Math.PI / 2],
  [0, 0.107, 0],
];

let samples: Demonstration[];
let world: World;
beforeAll(async () => {
  const zip = await readFile(new URL('../../../public/demos/sample.zip', import.meta.url));
  samples = (await openBundle(new Blob([zip]), 'sample.zip')).demonstrations;
  world = new World(await loadMujoco(), sceneOf({ name: 'look', assets: '', bodies: '' }));
});
afterAll(() => world.delete());

const values = (joints: readonly number[]) =>
  Object.fromEntries(joints.map((q, i) => [`j${i + 1}`, q] as const));

function randomJoints(seed: number): number[] {
  const random = seededRandom('kinematics', seed);
  return LOWER_LIMITS.map((low, j) => uniform(random, low, UPPER_LIMITS[j]));
}

test.each([HOME, ...[0, 1, 2, 3, 4, 5, 6, 7].map(randomJoints)].map((q) => [q]))(
  "the tip follows the maker's DH parameters at %j",
  (joints) => {
    const flange = DH.reduce(
      (m, [a, d, alpha], i) => multiply(m, craig(a, d, alpha, joints[i] ?? 0)),
      [...[1, 0, 0, BASE[0]], ...[0, 1, 0, BASE[1]], ...[0, 0, 1, BASE[2]], ...[0, 0, 0, 1]],
    );
    // The hand is screwed on turned by -45 degrees, RLBench's tip frame by another 180.
    const hand = multiply(flange, craig(0, FLANGE_TO_TIP, 0, -Math.PI / 4));
    const expected = multiply(hand, craig(0, 0, 0, Math.PI));
    tipPose(model, values(joints)).forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(1e-9));
  },
);

test('every body stands where MuJoCo puts it', () => {
  const joints = randomJoints(11);
  const configuration = Float64Array.from([...joints, 0.03, 0.03]);
  world.setConfiguration(configuration);
  const poses = bodyPoses(model, { ...values(joints), left_finger: 0.03, right_finger: 0.03 });
  const [places, turns] = [world.data.xpos as Float64Array, world.data.xmat as Float64Array];
  model.bodies.slice(1).forEach(({ name }, i) => {
    const id = world.id('mjOBJ_BODY', name);
    const pose = poses[i + 1];
    for (let row = 0; row < 3; row++) {
      expect(pose[4 * row + 3]).toBeCloseTo(places[3 * id + row], 9);
      for (let k = 0; k < 3; k++) expect(pose[4 * row + k]).toBeCloseTo(turns[9 * id + 3 * row + k], 9);
    }
  });
});

test("the joints of a sample lead to the gripper's recorded pose", () => {
  for (const demo of samples) {
    for (let frame = 0; frame < demo.length; frame++) {
      const pose = demo.gripperPose.subarray(7 * frame, 7 * frame + 7);
      const recorded = fromQuaternion([pose[0], pose[1], pose[2]], pose.subarray(3));
      // LeRobot keeps single precision: 2^-24 of a joint's 3 radians, seven joints, an arm of 1.2 m: under 2e-6.
      tipPose(model, jointsAt(demo, frame)!).forEach((x, i) =>
        expect(Math.abs(x - recorded[i])).toBeLessThan(2e-6),
      );
    }
  }
});

test('an open gripper spreads both fingers by their stroke', () => {
  const demo = { length: 2, jointPositions: new Float64Array(14), gripperOpen: Float64Array.of(0, 1) };
  const span = (frame: number) => {
    const poses = bodyPoses(model, jointsAt(demo, frame)!);
    const [left, right] = ['left_finger', 'right_finger'].map(
      (name) => poses[model.bodies.findIndex((b) => b.name === name)],
    );
    return Math.hypot(left[3] - right[3], left[7] - right[7], left[11] - right[11]);
  };
  expect(span(0)).toBeCloseTo(0, 12);
  expect(span(1)).toBeCloseTo(0.08, 12);
});

/** Craig's link transform, row-major 4x4. */
function craig(a: number, d: number, alpha: number, theta: number): number[] {
  const [c, s, ca, sa] = [Math.cos(theta), Math.sin(theta), Math.cos(alpha), Math.sin(alpha)];
  return [c, -s, 0, a, s * ca, c * ca, -sa, -d * sa, s * sa, c * sa, ca, d * ca, 0, 0, 0, 1];
}

function multiply(a: number[], b: number[]): number[] {
  return a.map((_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * Math.floor(i / 4) + k] * b[4 * k + (i % 4)], 0),
  );
}

import loadMujoco from '@mujoco/mujoco';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { downward, leaning, solve, solveLinear } from './inverseKinematics.ts';
import { LOWER_LIMITS, UPPER_LIMITS } from '../demos/pandaLimits.ts';
import { HOME } from './panda.ts';
import { sceneOf } from './scene.ts';
import { pushButton } from './tasks/pushButton.ts';
import { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = new World(await loadMujoco(), sceneOf(pushButton));
  world.reset(HOME);
});
afterAll(() => world.delete());

test("the arm starts at RLBench's pose", () => {
  world.setArm(HOME);
  const pose = world.tipPose();
  [0.2785, -0.0082, 1.472, 0, 0.9927, 0, 0.1209].forEach((x, i) => expect(pose[i]).toBeCloseTo(x, 3));
});

test("forward kinematics follow the maker's DH parameters", () => {
  world.setArm([0.3, -0.5, 0.2, -1.8, 0.4, 1.9, -0.6]);
  const base = [-0.309, 0, 0.782];
  const flangeToTip = 0.1034;
  const frame = [
    [0, 0.333, 0],
    [0, 0, -Math.PI / 2],
    [0, 0.316, Math.PI / 2],
    [0.0825, 0, Math.PI / 2],
    [-0.0825, 0.384, -Math.PI / 2],
    [0, 0, Math.PI / 2],
    [0.088, 0, Math.PI / 2],
    [0, 0.107 + flangeToTip, 0],
  ].reduce(
    (m, [a, d, alpha], i) => multiply(m, craig(a, d, alpha, world.jointPositions()[i] ?? 0)),
    [1, 0, 0, base[0], 0, 1, 0, base[1], 0, 0, 1, base[2], 0, 0, 0, 1],
  );
  const tip = world.tipPosition();
  [frame[3], frame[7], frame[11]].forEach((x, i) => expect(tip[i]).toBeCloseTo(x, 6));
});

test('a reachable pose is reached within the joint limits', () => {
  const joints = solve(world, HOME, [0.2, 0.25, 0.85], downward(0.5))!;
  world.tipPosition().forEach((x, i) => expect(x).toBeCloseTo([0.2, 0.25, 0.85][i], 5));
  world.tipRotation().forEach((x, i) => expect(x).toBeCloseTo(downward(0.5)[i], 5));
  joints.forEach((q, j) => {
    expect(q).toBeGreaterThanOrEqual(LOWER_LIMITS[j]);
    expect(q).toBeLessThanOrEqual(UPPER_LIMITS[j]);
  });
});

test('a pose out of reach gives null', () => {
  expect(solve(world, HOME, [1.2, 0, 0.9], downward(0))).toBeNull();
});

test('linear systems need pivoting', () => {
  expect(solveLinear([[0, 2], [3, 0]], [4, 6])).toEqual([2, 2]); // prettier-ignore
});

/** Craig's link transform, row-major. */
function craig(a: number, d: number, alpha: number, theta: number): number[] {
  const [c, s, ca, sa] = [Math.cos(theta), Math.sin(theta), Math.cos(alpha), Math.sin(alpha)];
  return [c, -s, 0, a, s * ca, c * ca, -sa, -d * sa, s * sa, c * sa, ca, d * ca, 0, 0, 0, 1];
}

function multiply(a: number[], b: number[]): number[] {
  return a.map((_, i) =>
    [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * Math.floor(i / 4) + k] * b[4 * k + (i % 4)], 0),
  );
}

test('a leaning gripper keeps the axis its fingers open along and approaches against its yaw', () => {
  expect(leaning(0.4, 0)).toEqual(downward(0.4));
  const [flat, down] = [leaning(0.4, Math.PI / 2), downward(0.4)];
  [1, 4, 7].forEach((i) => expect(flat[i]).toBeCloseTo(down[i], 12));
  const approach = [flat[2], flat[5], flat[8]];
  [-Math.cos(0.4), -Math.sin(0.4), 0].forEach((x, k) => expect(approach[k]).toBeCloseTo(x, 12));
});

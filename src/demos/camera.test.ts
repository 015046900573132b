import { expect, test } from 'vitest';
import { isMoving, project } from './camera.ts';
import type { Camera, Vec3 } from './demonstration.ts';

const front: Camera = {
  width: 128,
  height: 128,
  intrinsics: [-175.8386, 0, 64, 0, -175.8386, 64, 0, 0, 1],
  extrinsics: [0, -0.42262, -0.90631, 1.35, -1, 0, 0, 0, 0, 0.90631, -0.42262, 1.58, 0, 0, 0, 1],
};
const tableCentre: Vec3 = [0.25, 0, 0.752];

test('RLBench front camera sees the table where its pictures show it', () => {
  const at = (dx: number, dy: number, dz: number) =>
    project(front, [tableCentre[0] + dx, tableCentre[1] + dy, tableCentre[2] + dz], 0)!;
  expect(at(0, 0, 0).u).toBeCloseTo(64, 1);
  expect(at(0, 0, 0).v).toBeCloseTo(101.3, 1);
  expect(at(0.2, 0, 0).v).toBeCloseTo(119.8, 1);
  expect(at(0, 0.2, 0).u).toBeCloseTo(90.1, 1);
  expect(at(0, 0, 0.2).v).toBeCloseTo(78.5, 1);
  expect(at(0, 0, 0).depth).toBeCloseTo(1.347, 3);
});

test('a camera that moves sees a point of the world by its pose of the frame', () => {
  const ahead = front.extrinsics!.map((value, i) => (i === 3 ? value - 0.2 : value));
  const moving = { ...front, extrinsics: [...front.extrinsics!, ...ahead] };
  expect(project(moving, tableCentre, 0)).toEqual(project(front, tableCentre, 0));
  const { u, depth } = project(moving, tableCentre, 1)!;
  expect(u).toBeCloseTo(64, 1);
  expect(depth).toBeCloseTo(1.347 - 0.2 * 0.90631, 3);
  expect(project(moving, tableCentre, 2)).toBeNull();
  expect([isMoving(front), isMoving(moving), isMoving({ extrinsics: null })]).toEqual([false, true, false]);
});

test('no projection without calibration or behind the camera', () => {
  expect(project({ ...front, extrinsics: null }, tableCentre, 0)).toBeNull();
  expect(project({ ...front, intrinsics: null }, tableCentre, 0)).toBeNull();
  expect(project(front, [3, 0, 2], 0)).toBeNull();
});

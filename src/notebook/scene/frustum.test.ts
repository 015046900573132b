import { expect, test } from 'vitest';
import { project } from '../../demos/camera.ts';
import {
  FIELD_OF_VIEW_DEGREES,
  directionOf,
  FRONT_VIEW,
  FRONT_POSITION,
  frontCamera,
} from '../../simulator/camera.ts';
import { frustumOf, unproject } from './frustum.ts';

const camera = frontCamera(224);

test('a pixel taken into the world is projected back onto itself', () => {
  for (const [u, v] of [
    [0, 0],
    [224, 0],
    [60.5, 170.25],
    [112, 112],
  ]) {
    const back = project(camera, unproject(camera, u, v, 0.7, 0)!, 0)!;
    expect(back.u).toBeCloseTo(u, 9);
    expect(back.v).toBeCloseTo(v, 9);
    expect(back.depth).toBeCloseTo(0.7, 12);
  }
});

test("the front camera's frustum stands where the camera does, its picture upright", () => {
  const { eye, direction, corners, fieldOfView } = frustumOf(camera, 0.5, 0)!;
  eye.forEach((x, k) => expect(x).toBeCloseTo(FRONT_POSITION[k], 12));
  direction.forEach((x, k) => expect(x).toBeCloseTo(directionOf(FRONT_VIEW)[k], 12));
  expect(fieldOfView).toBeCloseTo(FIELD_OF_VIEW_DEGREES, 9);
  const [topLeft, topRight, bottomRight] = corners;
  expect(topLeft[2]).toBeCloseTo(topRight[2], 12);
  expect(topRight[2]).toBeGreaterThan(bottomRight[2]);
  expect(topRight[1]).toBeGreaterThan(topLeft[1]);
});

test('an uncalibrated camera has none', () => {
  expect(frustumOf({ ...camera, intrinsics: null }, 0.5, 0)).toBeNull();
  expect(frustumOf({ ...camera, extrinsics: null }, 0.5, 0)).toBeNull();
});

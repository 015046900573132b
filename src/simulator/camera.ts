/** RLBench's front camera: fixed, looking back at the robot over the table. */

import type { Camera, Vec3 } from '../demos/demonstration.ts';

const TILT = (25 * Math.PI) / 180;
export const FIELD_OF_VIEW_DEGREES = 40;
export const FRONT_POSITION: Vec3 = [1.35, 0, 1.58];
/** Where the optical axis points, a unit vector: 25 degrees below the horizon, along -x. */
export const FRONT_DIRECTION: Vec3 = [-Math.cos(TILT), 0, -Math.sin(TILT)];

/** RLBench's calibration: negative focal lengths, camera-to-world extrinsics, principal point at size / 2. */
export function frontCamera(size: number): Camera {
  const focal = size / 2 / Math.tan((FIELD_OF_VIEW_DEGREES * Math.PI) / 360);
  const [c, s] = [Math.cos(TILT), Math.sin(TILT)];
  const [x, y, z] = FRONT_POSITION;
  return {
    width: size,
    height: size,
    intrinsics: [-focal, 0, size / 2, 0, -focal, size / 2, 0, 0, 1],
    extrinsics: [0, -s, -c, x, -1, 0, 0, y, 0, c, -s, z, 0, 0, 0, 1],
  };
}

/** Pixel (u right, v down, origin at the picture's upper left corner) and depth in metres of a world point. */
export function project(camera: Camera, point: Vec3): { u: number; v: number; depth: number } {
  const { intrinsics: k, extrinsics: e } = camera;
  if (!k || !e) throw new Error('camera is uncalibrated: it has no intrinsics or extrinsics');
  const d = [point[0] - e[3], point[1] - e[7], point[2] - e[11]];
  const [x, y, depth] = [0, 1, 2].map((c) => e[c] * d[0] + e[4 + c] * d[1] + e[8 + c] * d[2]);
  return { u: (k[0] * x) / depth + k[2], v: (k[4] * y) / depth + k[5], depth };
}

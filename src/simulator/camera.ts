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

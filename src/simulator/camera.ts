/** RLBench's front camera, looking back at the robot over the table. */

import type { Camera, Vec3 } from '../demos/demonstration.ts';

const TILT = (25 * Math.PI) / 180;
export const FIELD_OF_VIEW_DEGREES = 40;
export const FRONT_POSITION: Vec3 = [1.35, 0, 1.58];

/** Where a camera stands and looks; level, as a camera on a tripod. */
export interface View {
  /** Metres, world. */
  position: Vec3;
  /** Radians below the horizon. */
  tilt: number;
  /** Radians about z away from looking along -x. */
  turn: number;
}

export const FRONT_VIEW: View = { position: FRONT_POSITION, tilt: TILT, turn: 0 };

/** Where the optical axis points, a unit vector. */
export function directionOf({ tilt, turn }: View): Vec3 {
  const level = Math.cos(tilt);
  return [-level * Math.cos(turn), 0 - level * Math.sin(turn), -Math.sin(tilt)];
}

/** RLBench's calibration: negative focal lengths, camera-to-world extrinsics, principal point at size / 2. */
export function frontCamera(size: number, view = FRONT_VIEW): Camera {
  const focal = size / 2 / Math.tan((FIELD_OF_VIEW_DEGREES * Math.PI) / 360);
  const [c, s] = [Math.cos(view.tilt), Math.sin(view.tilt)];
  const [cosine, sine] = [Math.cos(view.turn), Math.sin(view.turn)];
  const [ahead, aside, down] = directionOf(view);
  const [x, y, z] = view.position;
  return {
    width: size,
    height: size,
    intrinsics: [-focal, 0, size / 2, 0, -focal, size / 2, 0, 0, 1],
    extrinsics: [sine, -s * cosine, ahead, x, -cosine, 0 - s * sine, aside, y, 0, c, down, z, 0, 0, 0, 1],
  };
}

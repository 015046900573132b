/** Pinhole projection with a camera's calibration. */
import type { Camera, Vec3 } from './demonstration.ts';

/**
 * Where a point of the world appears in the camera's picture.
 *
 * u grows to the right and v downwards, in pixels of the stored picture; depth is metres along the viewing axis. The
 * camera's pose is taken as rigid. RLBench's focal lengths are negative, which flips both axes of its camera frame.
 * @param frame whose picture it is: the camera may move
 * @returns null when the camera is not calibrated or the point lies behind it; a point outside the picture is returned
 */
export function project(
  camera: Camera,
  point: Vec3,
  frame: number,
): { u: number; v: number; depth: number } | null {
  const k = camera.intrinsics;
  const e = poseAt(camera, frame);
  if (!k || !e) return null;
  const d = [point[0] - e[3], point[1] - e[7], point[2] - e[11]];
  const [x, y, depth] = [0, 1, 2].map((j) => e[j] * d[0] + e[4 + j] * d[1] + e[8 + j] * d[2]);
  if (!(depth > 0)) return null;
  return { u: (k[0] * x) / depth + k[2], v: (k[4] * y) / depth + k[5], depth };
}

/** Camera to world at a frame, row-major 4x4; null: uncalibrated. */
export function poseAt({ extrinsics }: Pick<Camera, 'extrinsics'>, frame: number): number[] | null {
  if (!extrinsics || extrinsics.length === 16) return extrinsics;
  const pose = extrinsics.slice(16 * frame, 16 * frame + 16);
  return pose.length === 16 ? pose : null;
}

/** Whether it has a pose for each frame, as one on the arm has. */
export function isMoving({ extrinsics }: Pick<Camera, 'extrinsics'>): boolean {
  return extrinsics !== null && extrinsics.length > 16;
}

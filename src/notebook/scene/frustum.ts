/** A calibrated camera as something that stands in the scene. */
import { poseAt } from '../../demos/camera.ts';
import type { Camera, Vec3 } from '../../demos/demonstration.ts';

export interface Frustum {
  eye: Vec3;
  /** Along the optical axis into the scene, unit length. */
  direction: Vec3;
  /** Corners of the picture at the depth asked for: top left, top right, bottom right, bottom left. */
  corners: [Vec3, Vec3, Vec3, Vec3];
  /** Vertical, degrees. */
  fieldOfView: number;
}

/** Inverse of project() in src/demos/camera.ts: the world's point behind a pixel. Null: uncalibrated. */
export function unproject(camera: Camera, u: number, v: number, depth: number, frame: number): Vec3 | null {
  const k = camera.intrinsics;
  const e = poseAt(camera, frame);
  if (!k || !e) return null;
  const at = [((u - k[2]) / k[0]) * depth, ((v - k[5]) / k[4]) * depth, depth];
  return [0, 4, 8].map(
    (row) => e[row] * at[0] + e[row + 1] * at[1] + e[row + 2] * at[2] + e[row + 3],
  ) as Vec3;
}

/** @param depth metres between the camera and its picture. Null: uncalibrated. */
export function frustumOf(camera: Camera, depth: number, frame: number): Frustum | null {
  const { width, height, intrinsics } = camera;
  const e = poseAt(camera, frame);
  if (!intrinsics || !e) return null;
  const corner = (u: number, v: number) => unproject(camera, u, v, depth, frame)!;
  return {
    eye: [e[3], e[7], e[11]],
    direction: [e[2], e[6], e[10]],
    corners: [corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)],
    fieldOfView: (2 * Math.atan(height / 2 / Math.abs(intrinsics[4])) * 180) / Math.PI,
  };
}

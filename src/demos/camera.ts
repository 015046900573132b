/** Pinhole projection with a camera's calibration. */
import type { Camera, CameraName, Demonstration, Vec3 } from './demonstration.ts';

/**
 * Where a point of the world appears in the camera's picture.
 *
 * u grows to the right and v downwards, in pixels of the stored picture; depth is metres along the viewing axis. The
 * camera's pose is taken as rigid. RLBench's focal lengths are negative, which flips both axes of its camera frame.
 * @returns null when the camera is not calibrated or the point lies behind it; a point outside the picture is returned
 */
export function project(camera: Camera, point: Vec3): { u: number; v: number; depth: number } | null {
  const { intrinsics: k, extrinsics: e } = camera;
  if (!k || !e) return null;
  const d = [point[0] - e[3], point[1] - e[7], point[2] - e[11]];
  const [x, y, depth] = [0, 1, 2].map((j) => e[j] * d[0] + e[4 + j] * d[1] + e[8 + j] * d[2]);
  if (!(depth > 0)) return null;
  return { u: (k[0] * x) / depth + k[2], v: (k[4] * y) / depth + k[5], depth };
}

/** The camera asked for, or the first that the demonstration has. */
export function cameraOf(demonstration: Demonstration, wanted: CameraName = 'front'): CameraName {
  return wanted in demonstration.cameras ? wanted : (Object.keys(demonstration.cameras)[0] ?? wanted);
}

/** Rotations as row-major matrices. */

/** The first three rows of the 4x4 of a pose: x, y, z and a unit quaternion x, y, z, w. */
export function poseMatrix([x, y, z, qx, qy, qz, qw]: ArrayLike<number> & Iterable<number>): number[] {
  return [
    ...[1 - 2 * (qy * qy + qz * qz), 2 * (qx * qy - qz * qw), 2 * (qx * qz + qy * qw), x],
    ...[2 * (qx * qy + qz * qw), 1 - 2 * (qx * qx + qz * qz), 2 * (qy * qz - qx * qw), y],
    ...[2 * (qx * qz - qy * qw), 2 * (qy * qz + qx * qw), 1 - 2 * (qx * qx + qy * qy), z],
  ];
}

/** The first three rows of a 3x4 or 4x4 pose as another sees it: inverse(from) * of. */
export function seenFrom(from: ArrayLike<number>, of: ArrayLike<number>): number[] {
  return [0, 1, 2].flatMap((i) =>
    [0, 1, 2, 3].map((j) =>
      [0, 1, 2].reduce(
        (sum, k) => sum + from[4 * k + i] * (of[4 * k + j] - (j === 3 ? from[4 * k + 3] : 0)),
        0,
      ),
    ),
  );
}

/** Rigid transforms as twelve numbers: row-major 3x4, rotation then translation in the last column. */
import type { Vec3 } from '../../demos/demonstration.ts';

export type Transform = readonly number[];

export const identity: Transform = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** @param quaternion x, y, z, w of any length but zero */
export function fromQuaternion(position: Readonly<Vec3>, quaternion: ArrayLike<number>): Transform {
  const length = Math.hypot(quaternion[0], quaternion[1], quaternion[2], quaternion[3]);
  const [x, y, z, w] = [0, 1, 2, 3].map((i) => quaternion[i] / length);
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    position[0],
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    position[1],
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
    position[2],
  ];
}

/** First b, then a. */
export function compose(a: Transform, b: Transform): Transform {
  const out = new Array<number>(12);
  for (let row = 0; row < 12; row += 4) {
    for (let column = 0; column < 4; column++) {
      out[row + column] =
        a[row] * b[column] +
        a[row + 1] * b[4 + column] +
        a[row + 2] * b[8 + column] +
        (column === 3 ? a[row + 3] : 0);
    }
  }
  return out;
}

export function translationOf(transform: Transform): Vec3 {
  return [transform[3], transform[7], transform[11]];
}

/** How far points reach. */
import type { Vec3 } from '../../demos/demonstration.ts';

export interface Bounds {
  low: Vec3;
  high: Vec3;
}

export function boundsOf(points: Iterable<Readonly<Vec3>>): Bounds {
  const low: Vec3 = [Infinity, Infinity, Infinity];
  const high: Vec3 = [-Infinity, -Infinity, -Infinity];
  for (const point of points)
    for (let k = 0; k < 3; k++) {
      low[k] = Math.min(low[k], point[k]);
      high[k] = Math.max(high[k], point[k]);
    }
  return { low, high };
}

export function centreOf({ low, high }: Bounds): Vec3 {
  return low.map((x, k) => (x + high[k]) / 2) as Vec3;
}

/** From corner to corner. */
export function diagonalOf({ low, high }: Bounds): number {
  return Math.hypot(...high.map((x, k) => x - low[k]));
}

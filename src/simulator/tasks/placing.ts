/** Where on the table objects may stand: in front of the robot, within its reach with the gripper pointing down. */

import { uniform } from '../../demos/random.ts';
import type { Random } from '../../demos/random.ts';
import type { Placement } from './task.ts';

export const BASE_X = -0.309;
const X_RANGE = [0.05, 0.45] as const;
const Y_RANGE = [-0.35, 0.35] as const;
const REACH = 0.745;
const YAW = Math.PI / 4;

/** A place that is taken, and the metres to stay away from its middle. */
export type Taken = readonly [Placement, number];

/**
 * Uniform over the reachable table, clear of what is taken.
 * @param turn radians: yaw is uniform in [-turn, turn]
 */
export function drawPlacement(random: Random, taken: readonly Taken[] = [], turn = YAW): Placement {
  for (;;) {
    const place = {
      x: uniform(random, ...X_RANGE),
      y: uniform(random, ...Y_RANGE),
      yaw: uniform(random, -turn, turn),
    };
    const reachable = Math.hypot(place.x - BASE_X, place.y) <= REACH;
    const clear = taken.every(([o, apart]) => Math.hypot(o.x - place.x, o.y - place.y) >= apart);
    if (reachable && clear) return place;
  }
}

/** The yaw nearest to `near` at which two opposite fingers stand as they do at `yaw`: they may swap sides. */
export function swappable(yaw: number, near = 0): number {
  return yaw - Math.PI * Math.round((yaw - near) / Math.PI);
}

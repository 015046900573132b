/** Where on the table objects may stand: in front of the robot, within its reach with the gripper pointing down. */

import { uniform } from '../../demos/random.ts';
import type { Random } from '../../demos/random.ts';
import type { Placement } from './task.ts';

export const BASE_X = -0.309;
const X_RANGE = [0.05, 0.45] as const;
const Y_RANGE = [-0.35, 0.35] as const;
const REACH = 0.745;
const YAW = Math.PI / 4;

/** Uniform over the reachable table, at least `apart` metres from the placements already there. */
export function drawPlacement(random: Random, others: readonly Placement[] = [], apart = 0): Placement {
  for (;;) {
    const place = {
      x: uniform(random, ...X_RANGE),
      y: uniform(random, ...Y_RANGE),
      yaw: uniform(random, -YAW, YAW),
    };
    const reachable = Math.hypot(place.x - BASE_X, place.y) <= REACH;
    if (reachable && others.every((o) => Math.hypot(o.x - place.x, o.y - place.y) >= apart)) return place;
  }
}

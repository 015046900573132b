/** What RLBench's conditions ask of the gripper. */

import type { World } from '../world.ts';

const PADS = ['left_finger_pad', 'right_finger_pad'] as const;

/** Whether both fingers touch the named geom. */
export function grasped(world: World, geom: string): boolean {
  return PADS.every((pad) => world.touching(pad, geom));
}

/** Whether neither finger touches any of the named geoms. */
export function released(world: World, geoms: readonly string[]): boolean {
  return geoms.every((geom) => PADS.every((pad) => !world.touching(pad, geom)));
}

/** What stands in the worlds whose tables are known: metres, each in its own frame. */
import type { Vec3 } from '../../demos/demonstration.ts';
import { MANISKILL_FRAME, ROBOSUITE_FRAME, type Scene } from '../../demos/scene.ts';

export interface World {
  /** The table's edges in x and y. */
  low: readonly [number, number];
  high: readonly [number, number];
  /** The Panda's base. */
  base: Vec3;
}

/**
 * robosuite: table_full_size and table_offset of Lift and Stack, the Panda's base_xpos_offset and its mount's height.
 * ManiSkill: the box of TableSceneBuilder, turned and set as its initialize does, and the Panda's pose there.
 */
const WORLDS: Readonly<Record<string, World>> = {
  [ROBOSUITE_FRAME]: { low: [-0.4, -0.4], high: [0.4, 0.4], base: [-0.56, 0, 0.912] },
  [MANISKILL_FRAME]: { low: [-0.7245, -1.209], high: [0.4845, 1.209], base: [-0.615, 0, 0] },
};

/** Null where the table's height is not known: then the environment is another one. */
export function worldOf({ frame, table }: Scene): World | null {
  return table !== null && frame !== null && Object.hasOwn(WORLDS, frame) ? WORLDS[frame] : null;
}

/** What a task tells the simulator. */

import type { Vec3 } from '../../demos/demonstration.ts';
import type { Random } from '../../demos/random.ts';
import type { World } from '../world.ts';

export const TABLE_HEIGHT = 0.752;

export interface Placement {
  x: number;
  y: number;
  /** Radians about z. */
  yaw: number;
  /** Metres above the table, where it is not simply on it. */
  z?: number;
}

/** Where the objects of one episode stand and which colours they have. Plain data. */
export interface Layout {
  variation: number;
  placements: Record<string, Placement>;
  colours: Record<string, readonly [number, number, number]>;
}

export interface Waypoint {
  position: Vec3;
  yaw: number;
  /** Radians from pointing down toward pointing along -[cos(yaw), sin(yaw)]. Default 0. */
  lean?: number;
  /** Straight joint line through free space, or a straight line of the tip. */
  path: 'free' | 'straight';
  /** What happens on arrival: the arm rests, the gripper closes or opens, or the demonstration ends. */
  then: 'rest' | 'close' | 'open' | 'end';
}

export interface Task {
  /** RLBench's name. */
  name: string;
  variations: number;
  /** Sites whose positions are recorded in every frame. */
  objects: readonly string[];
  assets: string;
  bodies: string;
  /** @throws RangeError for a variation the task does not have. */
  descriptions(variation: number): string[];
  layout(random: Random, variation: number): Layout;
  /** Puts objects in place, at the start of an episode or before drawing one of its frames. */
  arrange(world: World, layout: Layout): void;
  /** Colours as they follow from the layout and the present configuration. */
  paint(world: World, layout: Layout): void;
  waypoints(layout: Layout): Waypoint[];
  /** RLBench's condition, asked after the last waypoint. */
  succeeded(world: World, layout: Layout): boolean;
}

/** @throws RangeError naming the variation and those the task has. */
export function checkVariation(variation: number, { name, variations }: Pick<Task, 'name' | 'variations'>) {
  if (Number.isInteger(variation) && variation >= 0 && variation < variations) return;
  const range = variations === 1 ? '0' : `0 to ${variations - 1}`;
  throw new RangeError(`${name} has no variation ${variation}: use ${range}`);
}

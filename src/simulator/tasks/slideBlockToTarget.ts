/** RLBench's slide_block_to_target: the block has been pushed along the table onto the marked square. */

import { uniform } from '../../demos/random.ts';
import { BASE_X, drawPlacement, swappable } from './placing.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Placement, Task } from './task.ts';

const HALF = 0.032;
const TARGET_HALF = 0.055;
const DISTANCE = [0.15, 0.26] as const;
/** Metres that the table offers to either side and away from the robot. */
const TABLE = { near: 0, far: 0.5, side: 0.36, reach: 0.78 };
/** Metres from the middle of a finger to its flat side. */
const FINGER_HALF = 0.0095;
const START_GAP = 0.035;
const TIP_HEIGHT = 0.03;
const ABOVE = 0.14;
/** Metres by which the block's middle may miss the square's. */
const SENSOR = 0.025;

export const slideBlockToTarget: Task = {
  name: 'slide_block_to_target',
  variations: 1,
  objects: ['block', 'target'],
  assets: `
    <material name="block" rgba="0.83 0.12 0.12 1" roughness="0.4" metallic="0"/>
    <material name="mark" rgba="0.1 0.52 0.26 1" roughness="0.8" metallic="0"/>
    <material name="markInside" rgba="0.5 0.78 0.5 1" roughness="0.8" metallic="0"/>`,
  bodies: `
    <body name="target">
      <geom class="visual" type="box" size="${TARGET_HALF} ${TARGET_HALF} 0.0006" pos="0 0 0.0006" material="mark"/>
      <geom class="visual" type="box" size="${TARGET_HALF - 0.01} ${TARGET_HALF - 0.01} 0.0006" pos="0 0 0.001" material="markInside"/>
      <site name="target"/>
    </body>
    <body name="block">
      <freejoint name="block"/>
      <inertial pos="0 0 ${HALF}" mass="0.2" diaginertia="0.00014 0.00014 0.00014"/>
      <geom class="visual" type="box" size="${HALF} ${HALF} ${HALF}" pos="0 0 ${HALF}" material="block"/>
      <geom class="solid" type="box" size="${HALF} ${HALF} ${HALF}" pos="0 0 ${HALF}" friction="0.5 0.01 0.001"/>
      <site name="block" pos="0 0 ${HALF}"/>
    </body>`,

  descriptions(variation) {
    checkVariation(variation, slideBlockToTarget);
    return [
      'slide the block to the target',
      'push the block onto the green square',
      'slide the red block along the table until it is on the target',
      'push the block until it covers the target',
    ];
  },

  layout(random, variation) {
    for (;;) {
      const place = drawPlacement(random);
      const yaw = uniform(random, -Math.PI, Math.PI);
      const distance = uniform(random, ...DISTANCE);
      const block = { ...place, yaw };
      const target = { x: place.x + distance * Math.cos(yaw), y: place.y + distance * Math.sin(yaw), yaw };
      if (onTable(behind(block, HALF + START_GAP)) && onTable(target)) {
        return { variation, placements: { block, target }, colours: {} };
      }
    }
  },

  arrange(world, { placements: { block, target } }) {
    world.placeFixed('target', [target.x, target.y, TABLE_HEIGHT], target.yaw);
    world.placeFree('block', [block.x, block.y, TABLE_HEIGHT], block.yaw);
  },

  paint() {},

  waypoints({ placements: { block, target } }) {
    const yaw = swappable(block.yaw);
    const height = TABLE_HEIGHT + TIP_HEIGHT;
    const start = behind(block, HALF + FINGER_HALF + START_GAP);
    const end = behind(target, HALF + FINGER_HALF);
    return [
      { position: [start.x, start.y, height + ABOVE], yaw, path: 'free', then: 'close' },
      { position: [start.x, start.y, height], yaw, path: 'straight', then: 'rest' },
      { position: [end.x, end.y, height], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, { placements: { target } }) {
    const [x, y] = world.sitePosition('block');
    return Math.hypot(x - target.x, y - target.y) < SENSOR;
  },
};

/** The place that many metres back along the way the block is pushed. */
function behind({ x, y, yaw }: Placement, metres: number): Placement {
  return { x: x - metres * Math.cos(yaw), y: y - metres * Math.sin(yaw), yaw };
}

function onTable({ x, y }: Placement): boolean {
  const { near, far, side, reach } = TABLE;
  return x >= near && x <= far && Math.abs(y) <= side && Math.hypot(x - BASE_X, y) <= reach;
}

/** RLBench's reach_target: the tip is inside the ball of the named colour. Two balls of other colours distract. */

import { shuffled, uniform } from '../../demos/random.ts';
import type { Random } from '../../demos/random.ts';
import { COLOURS, colourOf, plastic } from './colours.ts';
import { drawPlacement } from './placing.ts';
import { TABLE_HEIGHT } from './task.ts';
import type { Placement, Task } from './task.ts';

const RADIUS = 0.025;
/** Metres above the table between which the balls float. */
const HEIGHTS = [0.06, 0.36] as const;
const APART = 0.14;
/** Metres over the ball at which the arm rests before it goes straight down; RLBench's own task has no such stop. */
const ABOVE = 0.1;

const BALLS = ['target', 'distractor0', 'distractor1'] as const;

const ball = (name: string) => `
  <body name="${name}">
    <geom name="${name}" class="visual" type="sphere" size="${RADIUS}" material="ball"/>
    <site name="${name}"/>
  </body>`;

export const reachTarget: Task = {
  name: 'reach_target',
  variations: COLOURS.length,
  objects: BALLS,
  assets: '<material name="ball" rgba="1 1 1 1" roughness="0.35" metallic="0"/>',
  bodies: BALLS.map(ball).join(''),

  descriptions(variation) {
    const { name } = colourOf(COLOURS, variation, 'reach_target');
    return [
      `reach the ${name} target`,
      `move the gripper to the ${name} ball`,
      `touch the ${name} ball with the gripper`,
      `bring the tip of the gripper into the ${name} target`,
    ];
  },

  layout(random, variation) {
    const { rgb } = colourOf(COLOURS, variation, 'reach_target');
    const others = shuffled(
      random,
      COLOURS.filter((_, i) => i !== variation),
    );
    const target = drawFloating(random);
    const distractor0 = drawFloating(random, [target]);
    const distractor1 = drawFloating(random, [target, distractor0]);
    return {
      variation,
      placements: { target, distractor0, distractor1 },
      colours: { target: rgb, distractor0: others[0][1], distractor1: others[1][1] },
    };
  },

  arrange(world, { placements }) {
    for (const [name, { x, y, yaw, z = 0 }] of Object.entries(placements)) {
      world.placeFixed(name, [x, y, TABLE_HEIGHT + z], yaw);
    }
  },

  paint(world, { colours }) {
    for (const [name, colour] of Object.entries(colours)) world.paint(name, plastic(colour));
  },

  waypoints({ placements: { target } }) {
    const { x, y, yaw, z = 0 } = target;
    const middle = TABLE_HEIGHT + z;
    return [
      { position: [x, y, middle + ABOVE], yaw, path: 'free', then: 'rest' },
      { position: [x, y, middle], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world) {
    const target = world.sitePosition('target');
    return Math.hypot(...world.tipPosition().map((x, k) => x - target[k])) < RADIUS;
  },
};

function drawFloating(random: Random, others: readonly Placement[] = []): Placement {
  return {
    ...drawPlacement(
      random,
      others.map((other) => [other, APART]),
    ),
    z: uniform(random, ...HEIGHTS),
  };
}

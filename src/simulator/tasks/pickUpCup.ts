/** RLBench's pick_up_cup: the named cup is grasped and has left the sensor around its place. A second cup distracts. */

import { uniform } from '../../demos/random.ts';
import { latheMesh, rounded } from '../lathe.ts';
import { COLOURS, colourOf, plastic } from './colours.ts';
import { drawPlacement } from './placing.ts';
import { TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

const CUP_HEIGHT = 0.105;
const GRASP_HEIGHT = 0.07;
const ABOVE = 0.14;
const LIFT = 0.25;
const APART = 0.17;
/** The success sensor: a cylinder around the cup's place. */
const SENSOR = { radius: 0.08, height: 0.12 };

const cup = (name: string) => `
  <body name="${name}">
    <freejoint name="${name}"/>
    <inertial pos="0 0 0.045" mass="0.12" diaginertia="0.00016 0.00016 0.0001"/>
    <geom name="${name}" class="visual" type="mesh" mesh="cup" material="cup"/>
    <geom name="${name}_wall" class="pad" type="cylinder" size="0.0325 ${CUP_HEIGHT / 2}" pos="0 0 ${CUP_HEIGHT / 2}"/>
    <site name="${name}" pos="0 0 ${CUP_HEIGHT / 2}"/>
  </body>`;

export const pickUpCup: Task = {
  name: 'pick_up_cup',
  variations: COLOURS.length,
  objects: ['cup', 'other_cup'],
  assets: `
    <material name="cup" rgba="1 1 1 1" roughness="0.38" metallic="0"/>
    ${latheMesh('cup', [
      ...rounded(
        [
          [0, 0],
          [0.027, 0],
          [0.0355, CUP_HEIGHT - 0.002],
        ],
        0.005,
      ),
      [0.0345, CUP_HEIGHT],
      [0.0325, CUP_HEIGHT - 0.002],
      [0.0245, 0.006],
      [0, 0.006],
    ])}`,
  bodies: cup('cup') + cup('other_cup'),

  descriptions(variation) {
    const { name } = colourOf(COLOURS, variation, 'pick_up_cup');
    return [
      `pick up the ${name} cup`,
      `grasp the ${name} cup and lift it`,
      `lift the ${name} cup off the table`,
      `take the ${name} cup and raise it`,
    ];
  },

  layout(random, variation) {
    const { rgb } = colourOf(COLOURS, variation, 'pick_up_cup');
    const cupPlace = drawPlacement(random);
    const otherPlace = drawPlacement(random, [[cupPlace, APART]]);
    const step = 1 + Math.floor(uniform(random, 0, COLOURS.length - 1));
    const other = COLOURS[(variation + step) % COLOURS.length][1];
    return {
      variation,
      placements: { cup: cupPlace, other_cup: otherPlace },
      colours: { cup: rgb, other_cup: other },
    };
  },

  arrange(world, layout) {
    for (const [name, { x, y, yaw }] of Object.entries(layout.placements)) {
      world.placeFree(name, [x, y, TABLE_HEIGHT], yaw);
    }
  },

  paint(world, layout) {
    for (const [name, colour] of Object.entries(layout.colours)) world.paint(name, plastic(colour));
  },

  waypoints(layout) {
    const { x, y, yaw } = layout.placements.cup;
    const grasp = TABLE_HEIGHT + GRASP_HEIGHT;
    return [
      { position: [x, y, grasp + ABOVE], yaw, path: 'free', then: 'rest' },
      { position: [x, y, grasp], yaw, path: 'straight', then: 'close' },
      { position: [x, y, grasp + LIFT], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, layout) {
    const grasped = ['left_finger_pad', 'right_finger_pad'].every((pad) => world.touching(pad, 'cup_wall'));
    const [x, y, z] = world.sitePosition('cup');
    const { placements } = layout;
    const aside = Math.hypot(x - placements.cup.x, y - placements.cup.y);
    const bottom = z - CUP_HEIGHT / 2 - TABLE_HEIGHT;
    return grasped && (aside > SENSOR.radius || bottom > SENSOR.height);
  },
};

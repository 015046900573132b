/** RLBench's push_button: the button's joint must be pressed past 3 mm; its cap is red and turns green when it is. */

import { FINGERTIP_BEYOND_TCP } from '../panda.ts';
import { latheMesh, rounded } from '../lathe.ts';
import { COLOURS, colourOf, plastic } from './colours.ts';
import { drawPlacement } from './placing.ts';
import { TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

/** Red and lime are the cap's own two colours. */
const BASE_COLOURS = COLOURS.filter(([name]) => name !== 'red' && name !== 'lime');
const PRESSED_METRES = 0.003;
const CAP_TOP = 0.06;
const PRESS_DEPTH = 0.007;
const ABOVE = 0.12;

export const pushButton: Task = {
  name: 'push_button',
  variations: BASE_COLOURS.length,
  objects: ['button'],
  assets: `
    <material name="base" rgba="1 1 1 1" roughness="0.45" metallic="0"/>
    <material name="cap" rgba="1 1 1 1" roughness="0.3" metallic="0"/>
    ${latheMesh(
      'collar',
      rounded(
        [
          [0, 0.034],
          [0.043, 0.034],
          [0.041, 0.044],
          [0.035, 0.044],
          [0.035, 0.036],
          [0, 0.036],
        ],
        0.003,
      ),
    )}
    ${latheMesh(
      'cap',
      rounded(
        [
          [0, 0],
          [0.033, 0],
          [0.033, 0.022],
          [0.02, 0.0285],
          [0, 0.03],
        ],
        0.006,
        4,
      ),
    )}`,
  bodies: `
    <body name="button">
      <geom name="base" class="visual" type="box" size="0.065 0.065 0.0175" pos="0 0 0.0175" material="base"/>
      <geom class="solid" type="box" size="0.065 0.065 0.0175" pos="0 0 0.0175"/>
      <geom class="visual" type="mesh" mesh="collar" material="steel"/>
      <body name="cap" pos="0 0 ${CAP_TOP - 0.03}">
        <joint name="button" type="slide" axis="0 0 1" range="-0.012 0" stiffness="300" damping="8"/>
        <inertial pos="0 0 0.015" mass="0.05" diaginertia="0.00002 0.00002 0.00002"/>
        <geom name="cap" class="visual" type="mesh" mesh="cap" material="cap"/>
        <geom class="solid" type="cylinder" size="0.033 0.006" pos="0 0 0.024"/>
        <site name="button" pos="0 0 0.03"/>
      </body>
    </body>`,

  descriptions(variation) {
    const { name } = colourOf(BASE_COLOURS, variation, 'push_button');
    return [
      `push the ${name} button`,
      `press the button on the ${name} base`,
      `push down the button with the ${name} base`,
      `press the ${name} button all the way down`,
    ];
  },

  layout(random, variation) {
    const { rgb } = colourOf(BASE_COLOURS, variation, 'push_button');
    return { variation, placements: { button: drawPlacement(random) }, colours: { base: rgb } };
  },

  arrange(world, layout) {
    const { x, y, yaw } = layout.placements.button;
    world.placeFixed('button', [x, y, TABLE_HEIGHT], yaw);
  },

  paint(world, layout) {
    world.paint('base', plastic(layout.colours.base));
    world.paint('cap', pressed(world) ? plastic([0, 1, 0]) : plastic([1, 0, 0]));
  },

  waypoints(layout) {
    const { x, y, yaw } = layout.placements.button;
    const touch = TABLE_HEIGHT + CAP_TOP + FINGERTIP_BEYOND_TCP;
    return [
      { position: [x, y, touch + ABOVE], yaw, path: 'free', then: 'close' },
      { position: [x, y, touch - PRESS_DEPTH], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded: pressed,
};

function pressed(world: Parameters<Task['succeeded']>[0]): boolean {
  return Math.abs(world.jointValue('button')) > PRESSED_METRES;
}

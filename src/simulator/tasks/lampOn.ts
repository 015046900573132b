/** RLBench's lamp_on: the button of the lamp's switch is pressed past 3 mm; the lamp shines while it is. */

import { uniform } from '../../demos/random.ts';
import { FINGERTIP_BEYOND_TCP } from '../panda.ts';
import { latheMesh, rounded } from '../lathe.ts';
import type { World } from '../world.ts';
import { drawPlacement, swappable } from './placing.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

const PRESSED_METRES = 0.003;
const BUTTON_TOP = 0.04;
const PRESS_DEPTH = 0.007;
const ABOVE = 0.12;
/** Metres from the switch to the lamp's foot. */
const CABLE = 0.25;
const DARK_SHADE = [0.6, 0.58, 0.55, 1] as const;
/** Brighter than white, as what gives light is. */
const LIT_SHADE = [1.7, 1.5, 0.85, 1] as const;
const DARK_BUTTON = [0.85, 0.2, 0.15, 1] as const;
const LIT_BUTTON = [0.2, 0.8, 0.3, 1] as const;

export const lampOn: Task = {
  name: 'lamp_on',
  variations: 1,
  objects: ['button', 'lamp'],
  assets: `
    <material name="ceramic" rgba="0.13 0.33 0.48 1" roughness="0.25" metallic="0"/>
    <material name="brass" rgba="0.72 0.58 0.28 1" roughness="0.35" metallic="0.3"/>
    <material name="shade" rgba="1 1 1 1" roughness="0.9" metallic="0"/>
    <material name="case" rgba="0.93 0.93 0.92 1" roughness="0.4" metallic="0"/>
    <material name="button" rgba="1 1 1 1" roughness="0.35" metallic="0"/>
    ${latheMesh(
      'foot_of_lamp',
      rounded(
        [
          [0, 0],
          [0.055, 0],
          [0.055, 0.012],
          [0.03, 0.025],
          [0.058, 0.075],
          [0.045, 0.125],
          [0.012, 0.155],
          [0, 0.155],
        ],
        0.014,
        4,
      ),
    )}
    ${latheMesh(
      'shade',
      [
        [0.098, 0.185],
        [0.1, 0.187],
        [0.062, 0.3],
        [0.06, 0.3],
        [0.098, 0.185],
      ],
      36,
    )}`,
  bodies: `
    <body name="lamp">
      <geom class="visual" type="box" size="0.036 0.036 0.012" pos="0 0 0.012" material="case"/>
      <geom class="solid" type="box" size="0.036 0.036 0.012" pos="0 0 0.012"/>
      <geom class="visual" type="capsule" size="0.004" fromto="0.03 0 0.006 0.12 0.035 0.004" material="rubber"/>
      <geom class="visual" type="capsule" size="0.004" fromto="0.12 0.035 0.004 ${CABLE - 0.04} 0 0.006" material="rubber"/>
      <body name="button" pos="0 0 ${BUTTON_TOP - 0.02}">
        <joint name="button" type="slide" axis="0 0 1" range="-0.012 0" stiffness="300" damping="8"/>
        <inertial pos="0 0 0.01" mass="0.05" diaginertia="0.00002 0.00002 0.00002"/>
        <geom name="button" class="visual" type="cylinder" size="0.024 0.01" pos="0 0 0.01" material="button"/>
        <geom class="solid" type="cylinder" size="0.024 0.006" pos="0 0 0.014"/>
        <site name="button" pos="0 0 0.02"/>
      </body>
      <body pos="${CABLE} 0 0">
        <geom class="visual" type="mesh" mesh="foot_of_lamp" material="ceramic"/>
        <geom class="solid" type="cylinder" size="0.056 0.0775" pos="0 0 0.0775"/>
        <geom class="visual" type="cylinder" size="0.008 0.03" pos="0 0 0.18" material="brass"/>
        <geom name="bulb" class="visual" type="sphere" size="0.026" pos="0 0 0.225" material="shade"/>
        <geom name="shade" class="visual" type="mesh" mesh="shade" material="shade"/>
        <geom class="solid" type="cylinder" size="0.09 0.057" pos="0 0 0.243"/>
        <site name="lamp" pos="0 0 0.24"/>
      </body>
    </body>`,

  descriptions(variation) {
    checkVariation(variation, lampOn);
    return [
      'turn on the lamp',
      'press the button to switch the lamp on',
      'switch the lamp on',
      'push the button beside the lamp to light it',
    ];
  },

  layout(random, variation) {
    const place = drawPlacement(random);
    const side = place.y > 0 ? -1 : 1;
    const lamp = { ...place, yaw: (side * Math.PI) / 2 + uniform(random, -0.5, 0.5) };
    return { variation, placements: { lamp }, colours: {} };
  },

  arrange(world, { placements: { lamp } }) {
    world.placeFixed('lamp', [lamp.x, lamp.y, TABLE_HEIGHT], lamp.yaw);
  },

  paint(world) {
    const lit = pressed(world);
    world.paint('shade', lit ? LIT_SHADE : DARK_SHADE);
    world.paint('bulb', lit ? LIT_SHADE : DARK_SHADE);
    world.paint('button', lit ? LIT_BUTTON : DARK_BUTTON);
  },

  waypoints({ placements: { lamp } }) {
    const { x, y } = lamp;
    const yaw = swappable(lamp.yaw);
    const touch = TABLE_HEIGHT + BUTTON_TOP + FINGERTIP_BEYOND_TCP;
    return [
      { position: [x, y, touch + ABOVE], yaw, path: 'free', then: 'close' },
      { position: [x, y, touch - PRESS_DEPTH], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded: pressed,
};

function pressed(world: World): boolean {
  return Math.abs(world.jointValue('button')) > PRESSED_METRES;
}

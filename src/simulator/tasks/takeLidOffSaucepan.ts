/** RLBench's take_lid_off_saucepan: the lid is grasped and has come up into the sensor over the saucepan. */

import { latheMesh, rounded } from '../lathe.ts';
import { drawPlacement, swappable } from './placing.ts';
import { ringWall } from './shapes.ts';
import { grasped } from './sensing.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

const PAN_HEIGHT = 0.085;
const PAN_RADIUS = 0.085;
/** Middle of the knob above the lid's bottom. */
const KNOB = 0.034;
const ABOVE = 0.12;
const LIFT = 0.2;
/** Radians by which the handle, which points to the table's middle, turns either way. */
const HANDLE_SWING = 1;
/** The success sensor: a cylinder over the pan. */
const SENSOR = { radius: 0.1, clearance: 0.08 };

export const takeLidOffSaucepan: Task = {
  name: 'take_lid_off_saucepan',
  variations: 1,
  objects: ['lid', 'saucepan'],
  assets: `
    <material name="pan" rgba="0.7 0.72 0.75 1" roughness="0.3" metallic="0.25"/>
    <material name="lid" rgba="0.8 0.82 0.84 1" roughness="0.22" metallic="0.2"/>
    <material name="inside" rgba="0.3 0.31 0.33 1" roughness="0.6" metallic="0"/>
    <material name="handle" rgba="0.11 0.11 0.12 1" roughness="0.45" metallic="0"/>
    ${latheMesh(
      'pan',
      [
        [0, 0],
        [0.074, 0],
        [0.081, 0.004],
        [PAN_RADIUS, 0.012],
        [PAN_RADIUS, PAN_HEIGHT - 0.004],
        [PAN_RADIUS + 0.004, PAN_HEIGHT - 0.001],
        [PAN_RADIUS + 0.002, PAN_HEIGHT],
        [PAN_RADIUS - 0.003, PAN_HEIGHT - 0.002],
        [PAN_RADIUS - 0.003, 0.006],
        [0, 0.006],
      ],
      36,
    )}
    ${latheMesh(
      'lid',
      [
        [0, 0.0],
        [PAN_RADIUS, 0],
        [PAN_RADIUS + 0.004, 0.003],
        [PAN_RADIUS, 0.007],
        [0.06, 0.013],
        [0.03, 0.018],
        [0, 0.019],
      ],
      36,
    )}
    ${latheMesh(
      'knob',
      rounded(
        [
          [0, 0.015],
          [0.009, 0.016],
          [0.009, 0.024],
          [0.02, 0.032],
          [0.018, 0.044],
          [0, 0.046],
        ],
        0.005,
        3,
      ),
    )}`,
  bodies: `
    <body name="saucepan">
      <geom class="visual" type="mesh" mesh="pan" material="pan"/>
      <geom class="visual" type="cylinder" size="${PAN_RADIUS - 0.004} 0.001" pos="0 0 0.008" material="inside"/>
      <geom class="solid" type="cylinder" size="${PAN_RADIUS} 0.004" pos="0 0 0.004"/>
      ${ringWall(PAN_RADIUS - 0.004, 0, PAN_HEIGHT)}
      <geom class="visual" type="capsule" size="0.008" fromto="0 0.08 0.062 0 0.125 0.07" material="pan"/>
      <geom class="visual" type="capsule" size="0.0115" fromto="0 0.125 0.07 0 0.225 0.08" material="handle"/>
      <site name="saucepan" pos="0 0 ${PAN_HEIGHT}"/>
    </body>
    <body name="lid">
      <freejoint name="lid"/>
      <inertial pos="0 0 0.012" mass="0.18" diaginertia="0.0004 0.0004 0.0007"/>
      <geom class="visual" type="mesh" mesh="lid" material="lid"/>
      <geom class="visual" type="mesh" mesh="knob" material="handle"/>
      <geom class="solid" type="cylinder" size="${PAN_RADIUS} 0.0035" pos="0 0 0.0035"/>
      <geom name="lid_knob" class="pad" type="cylinder" size="0.018 0.009" pos="0 0 ${KNOB + 0.002}"/>
      <site name="lid" pos="0 0 ${KNOB}"/>
    </body>`,

  descriptions(variation) {
    checkVariation(variation, takeLidOffSaucepan);
    return [
      'take the lid off the saucepan',
      'grasp the knob and lift the lid off the pan',
      'remove the lid from the saucepan',
      'uncover the pan by lifting its lid',
    ];
  },

  layout(random, variation) {
    const place = drawPlacement(random, [], HANDLE_SWING);
    const saucepan = { ...place, yaw: place.yaw + (place.y > 0 ? Math.PI : 0) };
    return { variation, placements: { saucepan }, colours: {} };
  },

  arrange(world, { placements: { saucepan } }) {
    const { x, y, yaw } = saucepan;
    world.placeFixed('saucepan', [x, y, TABLE_HEIGHT], yaw);
    world.placeFree('lid', [x, y, TABLE_HEIGHT + PAN_HEIGHT], yaw);
  },

  paint() {},

  waypoints({ placements: { saucepan } }) {
    const { x, y } = saucepan;
    const yaw = swappable(saucepan.yaw);
    const grasp = TABLE_HEIGHT + PAN_HEIGHT + KNOB;
    return [
      { position: [x, y, grasp + ABOVE], yaw, path: 'free', then: 'rest' },
      { position: [x, y, grasp], yaw, path: 'straight', then: 'close' },
      { position: [x, y, grasp + LIFT], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, { placements: { saucepan } }) {
    const [x, y, z] = world.sitePosition('lid');
    const over = Math.hypot(x - saucepan.x, y - saucepan.y) < SENSOR.radius;
    const lifted = z - KNOB - TABLE_HEIGHT - PAN_HEIGHT > SENSOR.clearance;
    return grasped(world, 'lid_knob') && over && lifted;
  },
};

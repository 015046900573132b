/** RLBench's phone_on_base: the handset rests on the telephone's cradle and the gripper holds nothing. */

import { uniform } from '../../demos/random.ts';
import { latheMesh, rounded } from '../lathe.ts';
import { drawPlacement, swappable } from './placing.ts';
import { released } from './sensing.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Placement, Task } from './task.ts';

/** Metres above the bottom of the handset's two cups. */
const BAR_BOTTOM = 0.022;
const BAR_MIDDLE = 0.033;
/** The cradle's top in the base's frame, and how far it stands behind the middle. */
const CRADLE_TOP = 0.07;
const CRADLE_BACK = 0.025;
const DROP = 0.003;
const ABOVE = 0.14;
const APART = 0.26;
/** Metres by which the handset may miss the cradle's middle. */
const SENSOR = 0.02;

const cup = (x: number) => `
  <geom class="visual" type="mesh" mesh="cup" material="phone" pos="${x} 0 0"/>
  <geom class="pad" type="cylinder" size="0.024 0.013" pos="${x} 0 0.013"/>`;

const horn = (x: number, y: number) => {
  const place = `type="box" size="0.007 0.005 0.012" pos="${x} ${CRADLE_BACK + y} ${CRADLE_TOP + 0.006}"`;
  return `<geom class="visual" ${place} material="phone"/><geom class="solid" ${place}/>`;
};

const hole = (i: number) => {
  const angle = (2 * Math.PI * (i + 0.5)) / 11;
  return `<geom class="visual" type="cylinder" size="0.0052 0.001" material="hole"
    pos="${0.025 * Math.cos(angle)} ${0.025 * Math.sin(angle)} 0.0065"/>`;
};

export const phoneOnBase: Task = {
  name: 'phone_on_base',
  variations: 1,
  objects: ['phone', 'base'],
  assets: `
    <material name="phone" rgba="0.74 0.08 0.1 1" roughness="0.28" metallic="0"/>
    <material name="dial" rgba="0.96 0.94 0.88 1" roughness="0.4" metallic="0"/>
    <material name="hole" rgba="0.2 0.16 0.16 1" roughness="0.7" metallic="0"/>
    ${latheMesh(
      'cup',
      rounded(
        [
          [0, 0],
          [0.019, 0],
          [0.0255, 0.008],
          [0.0225, 0.03],
          [0.012, 0.043],
          [0, 0.044],
        ],
        0.006,
        3,
      ),
    )}`,
  bodies: `
    <body name="phone">
      <freejoint name="phone"/>
      <inertial pos="0 0 0.028" mass="0.16" diaginertia="0.00008 0.0006 0.0006"/>
      ${cup(-0.078)}${cup(0.078)}
      <geom class="visual" type="capsule" size="0.0125" fromto="-0.078 0 ${BAR_MIDDLE} 0.078 0 ${BAR_MIDDLE}" material="phone"/>
      <geom name="phone_bar" class="pad" type="box" size="0.078 0.0125 0.011" pos="0 0 ${BAR_MIDDLE}"/>
      <site name="phone" pos="0 0 ${BAR_MIDDLE}"/>
    </body>
    <body name="base">
      <geom class="visual" type="box" size="0.09 0.075 0.017" pos="0 0 0.017" material="phone"/>
      <geom class="solid" type="box" size="0.09 0.075 0.017" pos="0 0 0.017"/>
      <geom class="visual" type="box" size="0.062 0.05 0.012" pos="0 -0.018 0.036" euler="0.42 0 0" material="phone"/>
      <body pos="0 -0.027 0.048" euler="0.42 0 0">
        <geom class="visual" type="cylinder" size="0.036 0.005" material="dial"/>
        ${Array.from({ length: 10 }, (_, i) => hole(i)).join('')}
        <geom class="visual" type="cylinder" size="0.014 0.0075" material="phone"/>
      </body>
      <geom class="visual" type="box" size="0.044 0.022 0.022" pos="0 ${CRADLE_BACK} ${CRADLE_TOP - 0.022}" material="phone"/>
      <geom class="solid" type="box" size="0.044 0.022 0.022" pos="0 ${CRADLE_BACK} ${CRADLE_TOP - 0.022}"/>
      ${horn(-0.036, -0.0235)}${horn(0.036, -0.0235)}${horn(-0.036, 0.0235)}${horn(0.036, 0.0235)}
      <site name="base" pos="0 ${CRADLE_BACK} ${CRADLE_TOP}"/>
    </body>`,

  descriptions(variation) {
    checkVariation(variation, phoneOnBase);
    return [
      'put the phone on its base',
      'hang the phone up',
      'pick up the phone and set it down on the base',
      'place the handset back on the phone base',
    ];
  },

  layout(random, variation) {
    const base = { ...drawPlacement(random), yaw: uniform(random, 1, Math.PI - 1) };
    const phone = { ...drawPlacement(random, [[base, APART]]), yaw: uniform(random, 0, Math.PI) };
    return { variation, placements: { phone, base }, colours: {} };
  },

  arrange(world, { placements: { phone, base } }) {
    world.placeFixed('base', [base.x, base.y, TABLE_HEIGHT], base.yaw);
    world.placeFree('phone', [phone.x, phone.y, TABLE_HEIGHT], phone.yaw);
  },

  paint() {},

  waypoints({ placements: { phone, base } }) {
    const { x, y } = phone;
    const yaw = swappable(phone.yaw);
    const turned = swappable(base.yaw, yaw);
    const grasp = TABLE_HEIGHT + BAR_MIDDLE + 0.004;
    const rest = restingPlace(base);
    const put = grasp + rest.z - TABLE_HEIGHT + DROP;
    return [
      { position: [x, y, grasp + ABOVE], yaw, path: 'free', then: 'rest' },
      { position: [x, y, grasp], yaw, path: 'straight', then: 'close' },
      { position: [x, y, grasp + ABOVE], yaw, path: 'straight', then: 'rest' },
      { position: [rest.x, rest.y, put + ABOVE], yaw: turned, path: 'free', then: 'rest' },
      { position: [rest.x, rest.y, put], yaw: turned, path: 'straight', then: 'open' },
      { position: [rest.x, rest.y, put + ABOVE], yaw: turned, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, { placements: { base } }) {
    const rest = restingPlace(base);
    const [x, y, z] = world.sitePosition('phone');
    const miss = Math.hypot(x - rest.x, y - rest.y, z - rest.z - BAR_MIDDLE);
    return miss < SENSOR && released(world, ['phone_bar']);
  },
};

/** Where the handset's frame is when its bar lies on the cradle; world. */
function restingPlace({ x, y, yaw }: Placement) {
  return {
    x: x - CRADLE_BACK * Math.sin(yaw),
    y: y + CRADLE_BACK * Math.cos(yaw),
    z: TABLE_HEIGHT + CRADLE_TOP - BAR_BOTTOM,
  };
}

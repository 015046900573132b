/** RLBench's put_rubbish_in_bin: the rubbish lies inside the bin. Two tomatoes beside it distract. */

import { latheMesh, rounded } from '../lathe.ts';
import { drawPlacement } from './placing.ts';
import type { Taken } from './placing.ts';
import { crumpledMesh, ringWall } from './shapes.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

const BIN_HEIGHT = 0.16;
const BIN_RADIUS = 0.08;
const GRASP_HEIGHT = 0.026;
const ABOVE = 0.14;
const CARRY_HEIGHT = 0.25;
const FAR_FROM_BIN = 0.22;
const APART = 0.13;

const tomato = (name: string) => `
  <body name="${name}">
    <freejoint name="${name}"/>
    <inertial pos="0 0 0.024" mass="0.09" diaginertia="0.00002 0.00002 0.00002"/>
    <geom class="visual" type="mesh" mesh="tomato" material="tomato"/>
    <geom class="visual" type="mesh" mesh="stalk" material="stalk"/>
    <geom class="pad" type="cylinder" size="0.026 0.023" pos="0 0 0.023"/>
    <site name="${name}" pos="0 0 0.024"/>
  </body>`;

export const putRubbishInBin: Task = {
  name: 'put_rubbish_in_bin',
  variations: 1,
  objects: ['rubbish', 'bin', 'tomato1', 'tomato2'],
  assets: `
    <material name="paper" rgba="0.93 0.93 0.9 1" roughness="0.9" metallic="0"/>
    <material name="bin" rgba="0.17 0.2 0.24 1" roughness="0.55" metallic="0"/>
    <material name="liner" rgba="0.86 0.88 0.9 1" roughness="0.4" metallic="0"/>
    <material name="tomato" rgba="0.86 0.13 0.08 1" roughness="0.25" metallic="0"/>
    <material name="stalk" rgba="0.2 0.45 0.14 1" roughness="0.7" metallic="0"/>
    ${crumpledMesh('paper', 0.032)}
    ${latheMesh('bin', [
      [0, 0],
      [0.066, 0],
      [0.088, BIN_HEIGHT - 0.03],
      [0.084, BIN_HEIGHT - 0.03],
      [0.062, 0.004],
      [0, 0.004],
    ])}
    ${latheMesh('liner', [
      [0.088, BIN_HEIGHT - 0.034],
      [0.094, BIN_HEIGHT - 0.002],
      [0.091, BIN_HEIGHT],
      [0.087, BIN_HEIGHT - 0.002],
      [0.072, 0.06],
      [0.07, 0.06],
      [0.084, BIN_HEIGHT - 0.034],
      [0.088, BIN_HEIGHT - 0.034],
    ])}
    ${latheMesh(
      'tomato',
      rounded(
        [
          [0, 0],
          [0.022, 0],
          [0.034, 0.025],
          [0.022, 0.05],
          [0, 0.045],
        ],
        0.016,
        5,
      ),
    )}
    ${latheMesh(
      'stalk',
      [
        [0, 0.044],
        [0.015, 0.0475],
        [0.004, 0.05],
        [0.0025, 0.058],
        [0, 0.058],
      ],
      10,
    )}`,
  bodies: `
    <body name="rubbish">
      <freejoint name="rubbish"/>
      <inertial pos="0 0 0.027" mass="0.03" diaginertia="0.00001 0.00001 0.00001"/>
      <geom class="visual" type="mesh" mesh="paper" material="paper" pos="0 0 0.029"/>
      <geom name="rubbish_hull" class="pad" type="cylinder" size="0.026 0.025" pos="0 0 0.025"/>
      <site name="rubbish" pos="0 0 0.027"/>
    </body>
    ${tomato('tomato1')}
    ${tomato('tomato2')}
    <body name="bin">
      <geom class="visual" type="mesh" mesh="bin" material="bin"/>
      <geom class="visual" type="mesh" mesh="liner" material="liner"/>
      <geom class="solid" type="cylinder" size="${BIN_RADIUS - 0.01} 0.003" pos="0 0 0.003"/>
      ${ringWall(BIN_RADIUS, 0, BIN_HEIGHT)}
      <site name="bin" pos="0 0 ${BIN_HEIGHT / 2}"/>
    </body>`,

  descriptions(variation) {
    checkVariation(variation, putRubbishInBin);
    return [
      'put the rubbish in the bin',
      'drop the crumpled paper into the bin',
      'pick up the rubbish and throw it in the bin',
      'throw the rubbish away and leave the tomatoes alone',
    ];
  },

  layout(random, variation) {
    const bin = drawPlacement(random);
    const taken: Taken[] = [[bin, FAR_FROM_BIN]];
    const place = () => {
      const drawn = drawPlacement(random, taken);
      taken.push([drawn, APART]);
      return drawn;
    };
    return {
      variation,
      placements: { bin, rubbish: place(), tomato1: place(), tomato2: place() },
      colours: {},
    };
  },

  arrange(world, { placements }) {
    const { bin, ...loose } = placements;
    world.placeFixed('bin', [bin.x, bin.y, TABLE_HEIGHT], bin.yaw);
    for (const [name, { x, y, yaw }] of Object.entries(loose))
      world.placeFree(name, [x, y, TABLE_HEIGHT], yaw);
  },

  paint() {},

  waypoints({ placements: { rubbish, bin } }) {
    const { x, y, yaw } = rubbish;
    const grasp = TABLE_HEIGHT + GRASP_HEIGHT;
    const carry = TABLE_HEIGHT + CARRY_HEIGHT;
    return [
      { position: [x, y, grasp + ABOVE], yaw, path: 'free', then: 'rest' },
      { position: [x, y, grasp], yaw, path: 'straight', then: 'close' },
      { position: [x, y, carry], yaw, path: 'straight', then: 'rest' },
      { position: [bin.x, bin.y, carry], yaw, path: 'free', then: 'open' },
      { position: [bin.x, bin.y, carry + 0.06], yaw, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, { placements: { bin } }) {
    const [x, y, z] = world.sitePosition('rubbish');
    return Math.hypot(x - bin.x, y - bin.y) < BIN_RADIUS && z < TABLE_HEIGHT + BIN_HEIGHT;
  },
};

/** RLBench's open_drawer: the named drawer of three is pulled out by more than 15 cm. */

import { uniform } from '../../demos/random.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Task } from './task.ts';

const DRAWERS = ['bottom', 'middle', 'top'] as const;
const OPEN_METRES = 0.15;
const PULL = 0.17;
const ABOVE = 0.12;
/** Radians by which the gripper leans onto the knob, so that the hand clears the drawers above. */
const LEAN = Math.PI / 4;

/** Half sizes of the cabinet in its frame, whose x axis points out of the drawers. */
const [DEPTH, WIDTH] = [0.11, 0.13];
const PLINTH = 0.015;
const PITCH = 0.088;
const HEIGHT = PLINTH + 3 * PITCH + 0.012;
/** Metres from the fronts to the middle of the knobs. */
const KNOB_OUT = 0.034;
const WALL = 0.006;

const knobHeight = (i: number) => PLINTH + PITCH * (i + 0.5);

const board = (size: string, pos: string, material: string) =>
  `<geom class="visual" type="box" size="${size}" pos="${pos}" material="${material}"/>`;

const drawer = (name: string, i: number) => {
  const [half, inside] = [PITCH / 2 - 0.003, WIDTH - 0.014];
  return `
    <body name="${name}" pos="0 0 ${knobHeight(i)}">
      <joint name="${name}" type="slide" axis="1 0 0" range="0 0.2" damping="4" frictionloss="0.6"/>
      <inertial pos="0 0 0" mass="0.6" diaginertia="0.003 0.003 0.003"/>
      ${board(`0.007 ${WIDTH - 0.008} ${half}`, `${DEPTH} 0 0`, 'front')}
      <geom class="solid" type="box" size="0.007 ${WIDTH - 0.008} ${half}" pos="${DEPTH} 0 0"/>
      ${board(`${DEPTH - 0.012} ${inside} 0.003`, `-0.004 0 ${-half + 0.008}`, 'inside')}
      ${[-1, 1].map((side) => board(`${DEPTH - 0.012} 0.003 ${half - 0.01}`, `-0.004 ${side * inside} -0.004`, 'inside')).join('')}
      ${board(`0.003 ${inside} ${half - 0.01}`, `${-DEPTH + 0.012} 0 -0.004`, 'inside')}
      <geom class="visual" type="cylinder" size="0.007 ${KNOB_OUT / 2}" pos="${DEPTH + KNOB_OUT / 2} 0 0" euler="0 ${Math.PI / 2} 0" material="knob"/>
      <geom class="visual" type="sphere" size="0.0165" pos="${DEPTH + KNOB_OUT} 0 0" material="knob"/>
      <geom class="pad" type="box" size="0.013 0.013 0.013" pos="${DEPTH + KNOB_OUT} 0 0"/>
      <site name="${name}" pos="${DEPTH + KNOB_OUT} 0 0"/>
    </body>`;
};

export const openDrawer: Task = {
  name: 'open_drawer',
  variations: DRAWERS.length,
  objects: DRAWERS,
  assets: `
    <material name="case" rgba="0.22 0.38 0.42 1" roughness="0.6" metallic="0"/>
    <material name="front" rgba="0.9 0.87 0.78 1" roughness="0.55" metallic="0"/>
    <material name="inside" rgba="0.62 0.5 0.38 1" roughness="0.8" metallic="0"/>
    <material name="knob" rgba="0.16 0.14 0.13 1" roughness="0.35" metallic="0"/>`,
  bodies: `
    <body name="cabinet">
      ${board(`${DEPTH} ${WIDTH} ${PLINTH / 2}`, `0 0 ${PLINTH / 2}`, 'case')}
      ${board(`${DEPTH + 0.01} ${WIDTH + 0.006} ${WALL}`, `0.004 0 ${HEIGHT - WALL}`, 'case')}
      <geom class="solid" type="box" size="${DEPTH + 0.01} ${WIDTH + 0.006} ${WALL}" pos="0.004 0 ${HEIGHT - WALL}"/>
      ${[-1, 1].map((side) => board(`${DEPTH} ${WALL} ${HEIGHT / 2 - 0.004}`, `0 ${side * (WIDTH - WALL / 2)} ${HEIGHT / 2}`, 'case')).join('')}
      ${board(`${WALL} ${WIDTH} ${HEIGHT / 2 - 0.004}`, `${-DEPTH} 0 ${HEIGHT / 2}`, 'case')}
      ${DRAWERS.map(drawer).join('')}
    </body>`,

  descriptions(variation) {
    checkVariation(variation, openDrawer);
    const name = DRAWERS[variation];
    return [
      `open the ${name} drawer`,
      `pull the ${name} drawer open`,
      `grasp the knob of the ${name} drawer and slide it out`,
      `pull out the ${name} drawer of the cabinet`,
    ];
  },

  layout(random, variation) {
    const side = random() < 0.5 ? -1 : 1;
    const yaw = side * uniform(random, 0.85, 1.4);
    const knob = { x: uniform(random, 0.08, 0.2), y: side * uniform(random, -0.1, 0.05) };
    const back = DEPTH + KNOB_OUT;
    const cabinet = { x: knob.x - back * Math.cos(yaw), y: knob.y - back * Math.sin(yaw), yaw };
    return { variation, placements: { cabinet }, colours: {} };
  },

  arrange(world, { placements: { cabinet } }) {
    world.placeFixed('cabinet', [cabinet.x, cabinet.y, TABLE_HEIGHT], cabinet.yaw);
  },

  paint() {},

  waypoints({ placements: { cabinet }, variation }) {
    const { x, y, yaw } = cabinet;
    const height = TABLE_HEIGHT + knobHeight(variation);
    const out = (metres: number, up = 0): [number, number, number] => {
      const from = DEPTH + KNOB_OUT + metres;
      return [x + from * Math.cos(yaw), y + from * Math.sin(yaw), height + up];
    };
    const grip = { yaw, lean: LEAN };
    return [
      {
        position: out(ABOVE * Math.sin(LEAN), ABOVE * Math.cos(LEAN)),
        ...grip,
        path: 'free',
        then: 'rest',
      },
      { position: out(0), ...grip, path: 'straight', then: 'close' },
      { position: out(PULL), ...grip, path: 'straight', then: 'end' },
    ];
  },

  succeeded(world, { variation }) {
    return world.jointValue(DRAWERS[variation]) > OPEN_METRES;
  },
};

/** RLBench's stack_blocks: so many blocks of one colour stand on each other on the green plane, and none is held. */

import { shuffled } from '../../demos/random.ts';
import { COLOURS, plastic } from './colours.ts';
import { drawPlacement } from './placing.ts';
import type { Taken } from './placing.ts';
import { released } from './sensing.ts';
import { checkVariation, TABLE_HEIGHT } from './task.ts';
import type { Placement, Task, Waypoint } from './task.ts';

const HALF = 0.021;
const PLANE_HALF = 0.05;
const COUNTS = [2, 3, 4] as const;
const TARGETS = [0, 1, 2, 3].map((i) => `block${i}`);
const DISTRACTORS = [0, 1, 2, 3].map((i) => `distractor${i}`);
const BLOCKS = [...TARGETS, ...DISTRACTORS];
const ABOVE = 0.1;
const DROP = 0.002;
const APART = 0.105;
const FAR_FROM_PLANE = 0.13;
/** Metres by which a block's middle may miss its place in the stack. */
const SENSOR = 0.018;

const block = (name: string) => `
  <body name="${name}">
    <freejoint name="${name}"/>
    <inertial pos="0 0 0" mass="0.07" diaginertia="0.00002 0.00002 0.00002"/>
    <geom name="${name}" class="visual" type="box" size="${HALF} ${HALF} ${HALF}" material="block"/>
    <geom name="${name}_hull" class="pad" type="box" size="${HALF} ${HALF} ${HALF}"/>
    <site name="${name}"/>
  </body>`;

export const stackBlocks: Task = {
  name: 'stack_blocks',
  variations: COLOURS.length * COUNTS.length,
  objects: [...BLOCKS, 'plane'],
  assets: `
    <material name="block" rgba="1 1 1 1" roughness="0.4" metallic="0"/>
    <material name="plane" rgba="0.16 0.6 0.3 1" roughness="0.8" metallic="0"/>`,
  bodies: `
    <body name="plane">
      <geom class="visual" type="box" size="${PLANE_HALF} ${PLANE_HALF} 0.0008" pos="0 0 0.0008" material="plane"/>
      <site name="plane"/>
    </body>
    ${BLOCKS.map(block).join('')}`,

  descriptions(variation) {
    const { name, count } = wanted(variation);
    return [
      `stack ${count} ${name} blocks`,
      `put ${count} of the ${name} blocks on top of each other on the green square`,
      `build a tower of ${count} ${name} blocks on the green plane`,
      `pile up ${count} ${name} blocks`,
    ];
  },

  layout(random, variation) {
    const { rgb } = wanted(variation);
    const [other] = shuffled(
      random,
      COLOURS.map(([, colour]) => colour).filter((colour) => colour !== rgb),
    );
    const plane = drawPlacement(random);
    const taken: Taken[] = [[plane, FAR_FROM_PLANE]];
    const placements: Record<string, Placement> = { plane };
    for (const name of BLOCKS) {
      placements[name] = drawPlacement(random, taken);
      taken.push([placements[name], APART]);
    }
    const colours = BLOCKS.map((name) => [name, TARGETS.includes(name) ? rgb : other] as const);
    return { variation, placements, colours: Object.fromEntries(colours) };
  },

  arrange(world, { placements }) {
    const { plane, ...blocks } = placements;
    world.placeFixed('plane', [plane.x, plane.y, TABLE_HEIGHT], plane.yaw);
    for (const [name, { x, y, yaw }] of Object.entries(blocks)) {
      world.placeFree(name, [x, y, TABLE_HEIGHT + HALF], yaw);
    }
  },

  paint(world, { colours }) {
    for (const [name, colour] of Object.entries(colours)) world.paint(name, plastic(colour));
  },

  waypoints({ placements, variation }) {
    const { plane } = placements;
    const { count } = wanted(variation);
    const carry = TABLE_HEIGHT + 2 * HALF * count + ABOVE;
    const points = TARGETS.slice(0, count).flatMap((name, level): Waypoint[] => {
      const { x, y, yaw } = placements[name];
      const grasp = TABLE_HEIGHT + HALF + 0.004;
      const put = grasp + 2 * HALF * level + DROP;
      const at = { yaw: plane.yaw, path: 'straight' } as const;
      return [
        { position: [x, y, grasp + ABOVE], yaw, path: 'free', then: 'rest' },
        { position: [x, y, grasp], yaw, path: 'straight', then: 'close' },
        { position: [x, y, carry], yaw, path: 'straight', then: 'rest' },
        { position: [plane.x, plane.y, carry], yaw: plane.yaw, path: 'free', then: 'rest' },
        { position: [plane.x, plane.y, put], ...at, then: 'open' },
        { position: [plane.x, plane.y, carry], ...at, then: 'rest' },
      ];
    });
    return points.map((point, i) => (i === points.length - 1 ? { ...point, then: 'end' } : point));
  },

  succeeded(world, { placements: { plane }, variation }) {
    const { count } = wanted(variation);
    const places = TARGETS.map((name) => world.sitePosition(name));
    const levels = Array.from({ length: count }, (_, i) => TABLE_HEIGHT + HALF * (2 * i + 1));
    const filled = levels.every((z) =>
      places.some((p) => Math.hypot(p[0] - plane.x, p[1] - plane.y, p[2] - z) < SENSOR),
    );
    return (
      filled &&
      released(
        world,
        BLOCKS.map((name) => `${name}_hull`),
      )
    );
  },
};

function wanted(variation: number) {
  checkVariation(variation, stackBlocks);
  const [name, rgb] = COLOURS[Math.floor(variation / COUNTS.length)];
  return { name, rgb, count: COUNTS[variation % COUNTS.length] };
}

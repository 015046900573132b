/** What stands around a gripper's path where its world is known, and in words what is not. */
import type { Demonstration, Vec3 } from '../../demos/demonstration.ts';
import { formatPosition } from '../../questions/question.ts';
import { TABLE_HEIGHT } from '../../simulator/tasks/task.ts';
import { boundsOf, type Bounds } from './bounds.ts';
import { emptyScene } from './kinematics.ts';
import { pandaStand } from './pandaStand.ts';
import { worldOf, type World } from './worlds.ts';

export interface Surroundings {
  /** Of the Panda that joint positions lead along the gripper's path; null: only a marker of the gripper is drawn. */
  base: Vec3 | null;
  /** Whether gripper rotations are recorded: else the marker has no direction. */
  turns: boolean;
  /** RLBench's, a plain one with these edges, or none: the ground is a grid. */
  table: 'rlbench' | Pick<World, 'low' | 'high'> | null;
  /** Height of the table's top or the grid, metres. */
  ground: number;
  /** A side of the grid's squares, metres. */
  square: number;
  /** What is drawn and what is not known; empty where all is RLBench's. */
  note: string;
}

/** The table's sides, metres (src/simulator/scene.ts). */
const TABLE = { x: [-0.62, 0.7], y: [-0.68, 0.68] };
/** Metres by which a position may be under a table's top before that is said. */
export const UNDER = 0.01;
/** Squares of the grid under a path, at least. */
const SQUARES = 6;
const SMALLEST_SQUARE = 0.01;
const ROBOT = emptyScene();

export function surroundingsOf(demo: Demonstration, path: Vec3[]): Surroundings {
  const { base, missing } = pandaStand(ROBOT, demo);
  const reach = boundsOf(path);
  const turns = hasRotations(demo);
  const square = squareOf(reach);
  const { words, ...under } = underneath(demo, base !== null, reach, square);
  const opens = demo.gripperOpen !== null;
  const robot = base
    ? [...(demo.scene ? [standing(base)] : []), ...(opens ? [] : [FINGERS])]
    : [missing, marker(turns, opens)];
  return { base, turns, square, ...under, note: [...robot, ...words].join(' ') };
}

function underneath(
  { scene }: Demonstration,
  arm: boolean,
  { low, high }: Bounds,
  square: number,
): Pick<Surroundings, 'table' | 'ground'> & { words: string[] } {
  if (!scene && (arm || isOverTable(low, high))) return { table: 'rlbench', ground: TABLE_HEIGHT, words: [] };
  const grid = `the grid (squares of ${length(square)})`;
  const top = scene?.table ?? null;
  if (!scene || top === null) {
    const why = scene
      ? 'Table height not known'
      : 'Positions do not lie over RLBench’s table, which is not drawn';
    return { table: null, ground: low[2], words: [`${why}: ${grid} is at the lowest position.`] };
  }
  const table = worldOf(scene);
  const beneath = low[2] < top - UNDER ? ', and some positions are under it' : '';
  const edges = table ? '' : `; its edges are not known: ${grid} is at its height`;
  return { table, ground: top, words: [`The table’s top is at ${top}\u00a0m${beneath}${edges}.`] };
}

function isOverTable(low: Vec3, high: Vec3): boolean {
  const within = (k: 0 | 1, [least, most]: number[]) => low[k] > least && high[k] < most;
  return within(0, TABLE.x) && within(1, TABLE.y) && low[2] > TABLE_HEIGHT - UNDER;
}

function hasRotations({ length, gripperPose }: Demonstration): boolean {
  for (let i = 0; i < length; i++) for (let k = 3; k < 6; k++) if (gripperPose[7 * i + k] !== 0) return true;
  return false;
}

/** 1, 2 or 5 of a power of ten. */
function squareOf({ low, high }: Bounds): number {
  const least = Math.max(SMALLEST_SQUARE, Math.max(high[0] - low[0], high[1] - low[1]) / SQUARES);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((step) => step * power >= least * (1 - 1e-9)) ?? 10);
}

function standing(base: Vec3): string {
  return `The Panda’s base is at ${formatPosition(base)}, from where its joints lead to the gripper.`;
}

const FINGERS = 'How far the fingers are open is not known: they are drawn half open.';

function marker(turns: boolean, opens: boolean): string {
  if (!opens)
    return turns
      ? 'A ball with axes stands for the gripper: whether it is open is not known.'
      : 'A ball stands for the gripper: neither its rotation nor whether it is open is known.';
  return turns
    ? 'A fork stands for the gripper, spread while it is open.'
    : 'A ball stands for the gripper, of wire while it is open: its rotation is not known.';
}

function length(metres: number): string {
  return metres < 1 ? `${Math.round(100 * metres)}\u00a0cm` : `${metres}\u00a0m`;
}

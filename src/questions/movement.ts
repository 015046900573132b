/** The movement label: a direction for every axis that changes, "slightly" for the smaller changes (paper, 3.2). */
import type { Vec3 } from '../demos/demonstration.ts';
import type { Viewpoint } from './question.ts';

/** Per axis: 0 none, ±1 slightly, ±2 fully. */
export type Movement = [number, number, number];

type AxisWords = [negative: string, positive: string];

/** Of x, y, z. The robot faces the front camera, so its left is the camera's right. */
const WORDS: Record<Viewpoint, [AxisWords, AxisWords, AxisWords]> = {
  camera: [
    ['backward', 'forward'],
    ['left', 'right'],
    ['down', 'up'],
  ],
  robot: [
    ['backward', 'forward'],
    ['right', 'left'],
    ['down', 'up'],
  ],
};

/**
 * @param delta target minus state, metres, world frame (+x forward, +y right, +z up).
 * @param deadband axes that change less are left out; if all do, the largest stays.
 * @param slightly an axis is slight when |d| <= slightly * max|d|.
 */
export function movementOf(delta: Vec3, deadband: number, slightly: number): Movement {
  const sizes = delta.map(Math.abs);
  const largest = Math.max(...sizes);
  return delta.map((d, axis) => {
    const size = sizes[axis];
    if (size === 0 || (size < deadband && size < largest)) return 0;
    return Math.sign(d) * (size <= slightly * largest ? 1 : 2);
  }) as Movement;
}

/** "slightly move forward, slightly move left, and move down"; "stay" when nothing moves. */
export function describeMovement(movement: Movement): string {
  return sayMovement(movement, 'camera');
}

/** The same with the left and right of a viewpoint. */
export function sayMovement(movement: Movement, viewpoint: Viewpoint): string {
  const clauses = movement.flatMap((m, axis) => {
    if (m === 0) return [];
    return [`${Math.abs(m) === 1 ? 'slightly ' : ''}move ${WORDS[viewpoint][axis][m > 0 ? 1 : 0]}`];
  });
  if (clauses.length === 0) return 'stay';
  if (clauses.length < 3) return clauses.join(' and ');
  return `${clauses[0]}, ${clauses[1]}, and ${clauses[2]}`;
}

/** Every movement a label can say: the largest change is never slight, so at least one axis moves fully. */
export const ALL_MOVEMENTS: readonly Movement[] = (() => {
  const levels = [-2, -1, 0, 1, 2];
  const all: Movement[] = [];
  for (const x of levels) for (const y of levels) for (const z of levels) all.push([x, y, z]);
  return all.filter((m) => m.some((v) => Math.abs(v) === 2));
})();

const BY_LABEL: Record<Viewpoint, ReadonlyMap<string, Movement>> = {
  camera: labelled('camera'),
  robot: labelled('robot'),
};

function labelled(viewpoint: Viewpoint): ReadonlyMap<string, Movement> {
  const all: Movement[] = [[0, 0, 0], ...ALL_MOVEMENTS];
  return new Map(all.map((movement) => [sayMovement(movement, viewpoint), movement]));
}

/** The movement that a label says, or null when describeMovement never says it. */
export function readMovement(label: string, viewpoint: Viewpoint = 'camera'): Movement | null {
  return BY_LABEL[viewpoint].get(label) ?? null;
}

/** On how many axes two movements differ, "slightly" included: 0 to 3. */
export function axesApart(a: Movement, b: Movement): number {
  return a.filter((m, axis) => m !== b[axis]).length;
}

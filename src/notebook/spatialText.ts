/** Positions and movements read back out of text, so that they can be drawn. */
import type { Vec3 } from '../demos/demonstration.ts';
import type { Question, Viewpoint } from '../questions/question.ts';

const NUMBER = String.raw`(-?\d+(?:\.\d+)?)`;
const TRIPLE = new RegExp(String.raw`\[\s*${NUMBER}\s*,\s*${NUMBER}\s*,\s*${NUMBER}\s*\]`, 'g');

/** Every "[x, y, z]" of a thought, in order, metres. */
export function positionsIn(text: string): Vec3[] {
  return [...text.matchAll(TRIPLE)].map((m) => [Number(m[1]), Number(m[2]), Number(m[3])]);
}

const DIRECTIONS: Record<string, Vec3> = {
  forward: [1, 0, 0],
  backward: [-1, 0, 0],
  right: [0, 1, 0],
  left: [0, -1, 0],
  up: [0, 0, 1],
  down: [0, 0, -1],
};

/** The direction a movement option names, 1 along a full axis and 0.5 along a slight one; zero for "stay". */
export function movementVector(text: string, viewpoint: Viewpoint = 'camera'): Vec3 {
  const sum: Vec3 = [0, 0, 0];
  for (const [, slightly, word] of text.matchAll(/(slightly )?move (\w+)/g)) {
    DIRECTIONS[word]?.forEach((d, axis) => (sum[axis] += slightly ? d / 2 : d));
  }
  // The robot faces the camera: its left is the camera's right.
  return viewpoint === 'robot' ? [sum[0], -sum[1] || 0, sum[2]] : sum;
}

/** Length in metres that a full movement is drawn with. */
const ARROW = 0.16;

/** Where each option lies, or where the arrow of a movement ends: metres, world frame. */
export function optionEnds({ points, options, state, viewpoint }: Question): Vec3[] {
  return (
    points ??
    options.map((text) => {
      const direction = movementVector(text, viewpoint);
      return state.map((s, i) => s + ARROW * direction[i]) as Vec3;
    })
  );
}

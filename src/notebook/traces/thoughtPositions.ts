/** The positions that a thought names, where they stand in the text, and how far they are from the truth. */
import type { Vec3 } from '../../demos/demonstration.ts';
import type { Question } from '../../questions/question.ts';
import { parseResponse } from '../../questions/reward.ts';
import { positionsIn } from '../spatialText.ts';

export interface ThoughtPosition {
  /** Metres, world frame. */
  point: Vec3;
  /** Centimetres to the gripper at the question's frame. */
  toState: number;
  /** Centimetres to the next keypoint. */
  toTarget: number;
}

/** Of a response still being written, or cut: what follows "<think>". */
export function thoughtOf(text: string): string {
  return parseResponse(text).think ?? text.split('<think>')[1] ?? '';
}

export function thoughtPositions(
  text: string,
  { state, target }: Pick<Question, 'state' | 'target'>,
): ThoughtPosition[] {
  return positionsIn(thoughtOf(text)).map((point) => ({
    point,
    toState: centimetres(point, state),
    toTarget: centimetres(point, target),
  }));
}

function centimetres(a: Vec3, b: Vec3): number {
  return 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

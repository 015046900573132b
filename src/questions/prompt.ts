/** The prompt of each kind: the paper's fields in the paper's order, in our words. */
import type { Vec3 } from '../demos/demonstration.ts';
import { formatPosition, LETTERS, type Kind } from './question.ts';

/** Lines that never change. The embedded checkpoint's tokenizer has one token for each. */
export const FIXED_LINES = {
  role: 'You assist a Franka robot: you plan its movements and carry them out.',
  task: 'Task: ',
  view: 'Front view: ',
  axes: 'Coordinates in metres: X from the back (-) to the front (+) of the table, Y from left (-) to right (+), Z from down (-) to up (+).',
  centre: 'The centre of the table surface is at [0.25, 0, 0.752].',
  wrist: 'In a wrist view left and right are swapped.',
  robot: 'The gripper measures 0.06 m (x) by 0.2 m (y) by 0.09 m (z), its fingers 0.04 m.',
  state: 'Current position of the robot: ',
  waypoint: 'From the image and the current position: which position is the next waypoint of the robot?',
  current_state: 'From the image: which position does the robot have now?',
  movement: 'From the image: which movement brings the robot to the next waypoint?',
  format:
    'Reason first inside <think></think>, then give the letter of one option inside <answer></answer>, like this: <think> .. </think> <answer> [[A]] </answer>',
} as const;

/** State as the prompt of this kind shows it, or null where it does not. */
export function statedPosition(kind: Kind, state: Vec3, stateInMovement: boolean): Vec3 | null {
  return kind === 'waypoint' || (kind === 'movement' && stateInMovement) ? state : null;
}

/**
 * @param options four, as printed.
 * @param state null leaves the line out.
 * @returns text with one "<image>".
 */
export function buildPrompt(kind: Kind, description: string, options: string[], state: Vec3 | null): string {
  const l = FIXED_LINES;
  const scene = kind === 'movement' ? [l.axes] : [l.axes, l.centre, l.wrist, l.robot];
  return [
    l.role,
    l.task + description,
    l.view + '<image>',
    ...scene,
    ...(state ? [l.state + formatPosition(state)] : []),
    l[kind],
    ...options.map((option, i) => `[[${LETTERS[i]}]] ${option}`),
    l.format,
  ].join('\n');
}

/** What stands before and after the picture. @throws when there is not exactly one. */
export function splitAtImage(prompt: string): [before: string, after: string] {
  const parts = prompt.split('<image>');
  if (parts.length !== 2)
    throw new Error(`a prompt needs exactly one <image>, this one has ${parts.length - 1}`);
  return [parts[0], parts[1]];
}

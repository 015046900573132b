/** What settings put in the place of prompt.ts's fixed lines, in our words. */
import type { CameraName } from '../demos/demonstration.ts';
import type { Kind } from './question.ts';

/** Of the full wording. */
export const FULL_LINES = {
  robot_axes:
    'Coordinates in metres: X from the base of the robot (-) outwards (+), Y from its right (-) to its left (+), Z from down (-) to up (+).',
  blind_waypoint: 'From the image: which position is the next waypoint of the robot?',
  open_format:
    'Reason first inside <think></think>, then give the position inside <answer></answer>, like this: <think> .. </think> <answer> [x, y, z] </answer>',
  direct_format: 'Answer with the position alone, like this: [x, y, z]',
  reasoned_format:
    'Answer with the plan, the present subtask, the movement and the position, like this: Answer: [x, y, z]',
} as const;

/** The short wording. */
export const COMPACT_LINES = {
  camera_axes: 'Axes (m): x back to front, y left to right, z down to up; table centre [0.25, 0, 0.752].',
  robot_axes:
    "Axes (m): x outwards, y the robot's right to left, z down to up; table centre [0.25, 0, 0.752].",
  state: 'Gripper at ',
  ask: {
    waypoint: 'Next waypoint?',
    current_state: 'Where is the gripper?',
    movement: 'Which movement leads to the next waypoint?',
  } satisfies Record<Kind, string>,
  format: 'Reply: <think> .. </think> <answer> [[A]] </answer>',
} as const;

const VIEWS: Record<string, string> = {
  front: 'Front view: ',
  wrist: 'Wrist view: ',
  overhead: 'View from above: ',
  left_shoulder: 'View over the left shoulder: ',
  right_shoulder: 'View over the right shoulder: ',
};

/** What stands before the picture of a camera, e.g. "Front view: ". */
export function viewLine(camera: CameraName): string {
  return VIEWS[camera] ?? `View of camera ${camera}: `;
}

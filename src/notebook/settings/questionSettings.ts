import { KINDS, type Kind } from '../../questions/question.ts';
import type { Setting } from './setting.ts';

export const KIND_NAMES: Record<Kind, string> = {
  waypoint: 'Next waypoint',
  current_state: 'Current state',
  movement: 'Movement',
};

const AXES = ['x', 'y', 'z'];

export const QUESTION_SETTINGS: Setting[] = [
  {
    type: 'several',
    path: 'kinds',
    label: 'kinds',
    sentence: 'Which of the three questions of Robot-R1 to ask.',
    options: KINDS.map((value) => ({ label: KIND_NAMES[value], value })),
  },
  {
    type: 'number',
    path: 'frame_interval',
    label: 'frame_interval',
    sentence: 'A question is asked every so many frames; the paper takes 10.',
    min: 1,
    max: 1000,
    integer: true,
  },
  {
    type: 'number',
    path: 'min_distance',
    label: 'min_distance (m)',
    sentence: 'Any two options lie at least this far apart; smaller is harder.',
    min: 0,
    max: 1,
  },
  {
    type: 'number',
    path: 'seed',
    label: 'seed',
    sentence: 'The same seed gives the same questions.',
    min: 0,
    max: 2 ** 31,
    integer: true,
  },
];

export const MORE_QUESTION_SETTINGS: Setting[] = [
  {
    type: 'number',
    path: 'stopping_delta',
    label: 'stopping_delta (rad/s)',
    sentence: 'Joint speed under which the arm counts as stopped, which makes a keypoint.',
    min: 0,
    max: 10,
  },
  {
    type: 'number',
    path: 'movement_deadband',
    label: 'movement_deadband (m)',
    sentence: 'Smaller changes along an axis are left out of a movement.',
    min: 0,
    max: 1,
  },
  {
    type: 'number',
    path: 'slightly_threshold',
    label: 'slightly_threshold',
    sentence: 'An axis that changes at most this share of the largest is moved "slightly".',
    min: 0,
    max: 1,
  },
  {
    type: 'toggle',
    path: 'state_in_movement_prompt',
    label: 'state_in_movement_prompt',
    sentence: 'Tell the model where the gripper is when asking for a movement.',
  },
  ...(['low', 'high'] as const).flatMap((end) =>
    AXES.map((axis, i): Setting => ({
      type: 'number',
      path: `state_space.${end}.${i}`,
      label: `state_space.${end} ${axis} (m)`,
      sentence: `${end === 'low' ? 'Least' : 'Greatest'} ${axis} of a wrong position.`,
      min: -5,
      max: 5,
    })),
  ),
];

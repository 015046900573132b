/** The settings of questions that few change: fetched when they are opened. */
import {
  formatRounded,
  HARD_NEGATIVES,
  KINDS,
  RINGS,
  type Box,
  type HardNegative,
} from '../../questions/question.ts';
import { STATE_SPACE_MARGIN } from '../../questions/stateSpace.ts';
import { number, RING_NAMES, several, whole } from './questionSettings.ts';
import type { Setting } from './setting.ts';

const NEGATIVE_NAMES: Record<HardNegative, string> = {
  same_height: 'same height',
  mirrored_table: "mirrored about the table's middle",
  mirrored_gripper: 'mirrored about the gripper',
  along_path: 'along the path',
  previous_keypoint: 'previous keypoint',
  following_keypoint: 'following keypoint',
};

const AXES = ['x', 'y', 'z'];

interface Section {
  title: string;
  settings: Setting[];
}

/**
 * @param cameras to choose from
 * @param given the box of the settings; null: it is from the data
 * @param ofData the box that the data give
 */
export function moreQuestionSettings(cameras: string[], given: Box | null, ofData: Box): Section[] {
  const camera = cameras.map((value) => ({ label: value.replaceAll('_', ' '), value }));
  const space = [
    {
      label: `from the data: ${formatRounded(ofData.low, 2)} to ${formatRounded(ofData.high, 2)}`,
      value: null,
    },
    { label: 'set here', value: given ?? ofData },
  ];
  return MORE_QUESTION_SETTINGS.map(({ title, settings }) => ({
    title,
    settings: settings
      .filter(({ path }) => given || !path.startsWith('state_space.'))
      .map((setting) => {
        if (setting.type !== 'choice') return setting;
        const options = { camera, state_space: space }[setting.path];
        return options ? { ...setting, options } : setting;
      }),
  }));
}

const MORE_QUESTION_SETTINGS: Section[] = [
  {
    title: 'Frames and keypoints',
    settings: [
      ...KINDS.map((kind) =>
        number(
          `kind_shares.${kind}`,
          `share of ${kind}`,
          `At which share of the sampled frames ${kind} is asked.`,
          0,
          1,
        ),
      ),
      number(
        'stopping_delta',
        'stopping_delta (rad/s)',
        'Joint speed up to which the arm counts as stopped, which makes a keypoint.',
        0,
        10,
      ),
      number(
        'stopped_buffer',
        'stopped_buffer (frames)',
        'So long after a stop no other stop is looked for; the paper takes 4.',
        0,
        1000,
        whole,
      ),
      {
        type: 'toggle',
        path: 'gripper_keypoints',
        label: 'gripper_keypoints',
        sentence: 'A frame at which the gripper opens or closes is a keypoint.',
      },
      {
        type: 'toggle',
        path: 'merge_last_keypoints',
        label: 'merge_last_keypoints',
        sentence: 'A keypoint on the frame before the last keypoint is dropped.',
      },
    ],
  },
  {
    title: 'Wrong options',
    settings: [
      several(
        'rings',
        'Distances that wrong options take in turn; for movements, how many axes differ.',
        RINGS,
        RING_NAMES,
      ),
      ...['near from', 'near to middle', 'middle to far', 'far to'].map((label, i) =>
        number(
          `ring_bounds.${i}`,
          `${label} (m)`,
          'Distance from the answer at which a ring begins or ends.',
          0,
          5,
        ),
      ),
      several(
        'hard_negatives',
        'What looks right: at the same height, left and right exchanged, on the way, the keypoint before or after; of the answer or of another option.',
        HARD_NEGATIVES,
        NEGATIVE_NAMES,
      ),
      {
        type: 'choice',
        path: 'state_space',
        label: 'state_space (m)',
        sentence: `Box that wrong positions are drawn from: RLBench's table for its demonstrations, for others what all their positions span and ${STATE_SPACE_MARGIN} m more; or set it here.`,
        options: [],
      },
      ...(['low', 'high'] as const).flatMap((end) =>
        AXES.map((axis, i) =>
          number(
            `state_space.${end}.${i}`,
            `state_space.${end} ${axis} (m)`,
            `${end === 'low' ? 'Least' : 'Greatest'} ${axis} of a wrong position.`,
            -5,
            5,
          ),
        ),
      ),
    ],
  },
  {
    title: 'Movements',
    settings: [
      number(
        'movement_deadband',
        'movement_deadband (m)',
        'Smaller changes along an axis are left out of a movement.',
        0,
        1,
      ),
      number(
        'slightly_threshold',
        'slightly_threshold',
        'An axis that changes at most this share of the largest is moved "slightly".',
        0,
        1,
      ),
    ],
  },
  {
    title: 'Prompt',
    settings: [
      {
        type: 'choice',
        path: 'prompt_wording',
        label: 'prompt_wording',
        sentence: "The paper's fields in full, or the shortest words that ask the same.",
        options: ['full', 'compact'].map((value) => ({ label: value, value })),
      },
      {
        type: 'toggle',
        path: 'metadata_in_prompt',
        label: 'metadata_in_prompt',
        sentence:
          'Tell the axes, the table and the gripper, as far as they are known; off takes away what grounds the numbers.',
      },
      {
        type: 'toggle',
        path: 'state_in_waypoint_prompt',
        label: 'state_in_waypoint_prompt',
        sentence: 'Tell the model where the gripper is when asking for a waypoint.',
      },
      {
        type: 'toggle',
        path: 'state_in_movement_prompt',
        label: 'state_in_movement_prompt',
        sentence: 'Tell the model where the gripper is when asking for a movement.',
      },
      number(
        'decimals',
        'decimals',
        'Decimals of the numbers in prompts; the paper prints three.',
        1,
        6,
        whole,
      ),
      {
        type: 'choice',
        path: 'camera',
        label: 'camera',
        sentence: 'Whose picture is shown; a demonstration without this camera shows its first one.',
        options: [],
      },
      {
        type: 'choice',
        path: 'viewpoint',
        label: 'viewpoint',
        sentence:
          "Whose left and right the words mean: the front camera's, or the robot's own, which is the other way.",
        options: [
          { label: 'front camera', value: 'camera' },
          { label: 'robot', value: 'robot' },
        ],
      },
    ],
  },
];

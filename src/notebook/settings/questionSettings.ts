import {
  DIFFICULTIES,
  formatRounded,
  HARD_NEGATIVES,
  KINDS,
  RINGS,
  type Box,
  type Difficulty,
  type HardNegative,
  type Kind,
  type Ring,
} from '../../questions/question.ts';
import { STATE_SPACE_MARGIN } from '../../questions/stateSpace.ts';
import type { NumberSetting, Setting } from './setting.ts';

export const KIND_NAMES: Record<Kind, string> = {
  waypoint: 'Next waypoint',
  current_state: 'Current state',
  movement: 'Movement',
};

const DIFFICULTY_NAMES: Record<Difficulty, string> = {
  random: 'random, as in the paper',
  rings: 'in rings around the answer',
  hard: 'hard negatives',
  elsewhere: 'right elsewhere',
};

export const RING_NAMES: Record<Ring, string> = { near: 'near', middle: 'middle', far: 'far' };

const NEGATIVE_NAMES: Record<HardNegative, string> = {
  same_height: 'same height',
  mirrored_table: "mirrored about the table's middle",
  mirrored_gripper: 'mirrored about the gripper',
  along_path: 'along the path',
  previous_keypoint: 'previous keypoint',
  following_keypoint: 'following keypoint',
};

const AXES = ['x', 'y', 'z'];

const number = (
  path: string,
  label: string,
  sentence: string,
  min: number,
  max: number,
  more: Partial<NumberSetting> = {},
): Setting => ({ type: 'number', path, label, sentence, min, max, ...more });

const whole = { integer: true };

const several = <T extends string>(
  path: string,
  sentence: string,
  values: readonly T[],
  names: Record<T, string>,
): Setting => ({
  type: 'several',
  path,
  label: path,
  sentence,
  options: values.map((value) => ({ label: names[value], value })),
});

export const QUESTION_SETTINGS: Setting[] = [
  several('kinds', 'Which of the three questions of Robot-R1 to ask.', KINDS, KIND_NAMES),
  {
    type: 'choice',
    path: 'difficulty',
    label: 'difficulty',
    sentence:
      'Where wrong options come from: what is right in other demonstrations, anywhere (the paper), stated distances, or what looks right.',
    options: DIFFICULTIES.map((value) => ({ label: DIFFICULTY_NAMES[value], value })),
  },
  number(
    'frame_interval',
    'frame_interval',
    'A question is asked every so many frames; the paper takes 10.',
    1,
    1000,
    whole,
  ),
  number(
    'min_distance',
    'min_distance (m)',
    'Any two options lie at least this far apart; smaller is harder.',
    0,
    1,
  ),
  number(
    'option_count',
    'option_count',
    'Options to choose from; the embedded model knows four.',
    2,
    8,
    whole,
  ),
  number('seed', 'seed', 'The same seed gives the same questions.', 0, 2 ** 31, whole),
];

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
        'What looks right: elsewhere at the height of the answer, left and right exchanged, on the way to the answer, or the keypoint before or after it.',
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

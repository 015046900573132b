import { DIFFICULTIES, KINDS, type Difficulty, type Kind, type Ring } from '../../questions/question.ts';
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

export const number = (
  path: string,
  label: string,
  sentence: string,
  min: number,
  max: number,
  more: Partial<NumberSetting> = {},
): Setting => ({ type: 'number', path, label, sentence, min, max, ...more });

export const whole = { integer: true };

export const several = <T extends string>(
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

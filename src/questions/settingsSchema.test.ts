import { expect, test } from 'vitest';
import { findPreset, presetOf, QUESTION_PRESETS } from './presets.ts';
import { DEFAULT_QUESTION_SETTINGS, TABLE_SPACE } from './question.ts';
import { checkQuestionSettings } from './settingsSchema.ts';

const check = (value: unknown) => checkQuestionSettings(value, 'mine.json');

test('every preset passes, and through JSON', () => {
  for (const { settings } of QUESTION_PRESETS) {
    expect(check(settings)).toEqual(settings);
    expect(check(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  }
});

test('settings stored before there were more are as they always were', () => {
  const { kinds, frame_interval, stopping_delta, min_distance } = DEFAULT_QUESTION_SETTINGS;
  const { movement_deadband, slightly_threshold, state_in_movement_prompt, seed } = DEFAULT_QUESTION_SETTINGS;
  const old = {
    kinds,
    frame_interval,
    stopping_delta,
    state_space: TABLE_SPACE,
    min_distance,
    movement_deadband,
  };
  expect(check({ ...old, slightly_threshold, state_in_movement_prompt, seed })).toEqual({
    ...findPreset('random').settings,
    state_space: TABLE_SPACE,
  });
});

test.each<[string, object, string]>([
  ['no kind', { kinds: [] }, 'kinds: choose at least one'],
  ['a kind twice', { kinds: ['movement', 'movement'] }, 'kinds: names one twice'],
  ['an unknown kind', { kinds: ['pose'] }, 'kinds.0: '],
  ['an endless interval', { frame_interval: Infinity }, 'frame_interval: '],
  ['half a frame', { frame_interval: 0.5 }, 'frame_interval: '],
  ['a negative buffer', { stopped_buffer: -1 }, 'stopped_buffer: '],
  ['a rule by word', { gripper_keypoints: 'yes' }, 'gripper_keypoints: '],
  ['nine options', { option_count: 9 }, 'option_count: '],
  ['one option', { option_count: 1 }, 'option_count: '],
  ['a space upside down', { state_space: { low: [0, 0, 1], high: [1, 1, 0] } }, 'state_space: low is above'],
  ['rings that fall', { ring_bounds: [0.1, 0.1, 0.2, 0.3] }, 'ring_bounds: are not ascending'],
  ['a path for a camera', { camera: '../front' }, 'camera: is no camera name'],
  ['an unknown field', { extra: 1 }, 'extra: '],
  [
    'no share',
    { kinds: ['movement'], kind_shares: { waypoint: 1, current_state: 1, movement: 0 } },
    'share of 0',
  ],
])('refuses %s, naming the field', (_, changes, message) => {
  const refused = () => check({ ...DEFAULT_QUESTION_SETTINGS, ...changes });
  expect(refused).toThrow(message);
  expect(refused).toThrow(/^mine\.json: [^\n]+$/);
});

test('a preset is known whatever its seed, and no longer once a value differs', () => {
  for (const preset of QUESTION_PRESETS) expect(presetOf({ ...preset.settings, seed: 9 })).toBe(preset);
  expect(presetOf({ ...DEFAULT_QUESTION_SETTINGS, decimals: 4 })).toBeNull();
  expect(findPreset('hard').settings.difficulty).toBe('hard');
  expect(() => findPreset('easy')).toThrow('"easy" is none of default, random, paper, hard, compact');
});

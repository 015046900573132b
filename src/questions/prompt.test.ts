import { expect, test } from 'vitest';
import { buildPrompt, FIXED_LINES, splitAtImage, statedPosition } from './prompt.ts';
import { DEFAULT_QUESTION_SETTINGS, KINDS, WORDINGS, type QuestionSettings } from './question.ts';
import { FULL_LINES } from './wordings.ts';

const OPTIONS = ['one', 'two', 'three', 'four'];

test('a waypoint prompt holds the fields of the paper in its order', () => {
  const l = FIXED_LINES;
  expect(buildPrompt('waypoint', 'push the button', OPTIONS, [0.265, -0.112, 1.154]).split('\n')).toEqual([
    l.role,
    'Task: push the button',
    'Front view: <image>',
    l.axes,
    l.centre,
    l.wrist,
    l.robot,
    'Current position of the robot: [0.265, -0.112, 1.154]',
    l.waypoint,
    '[[A]] one',
    '[[B]] two',
    '[[C]] three',
    '[[D]] four',
    l.format,
  ]);
});

test('current state has no state line, movement neither centre, wrist, robot nor state', () => {
  const state = buildPrompt('current_state', 'x', OPTIONS, null);
  expect(state).not.toContain(FIXED_LINES.state);
  expect(state).toContain(FIXED_LINES.robot);
  const movement = buildPrompt('movement', 'x', OPTIONS, null);
  for (const line of ['centre', 'wrist', 'robot', 'state'] as const)
    expect(movement).not.toContain(FIXED_LINES[line]);
  expect(movement).toContain(FIXED_LINES.axes);
});

test('the state stands in waypoint prompts, in movement prompts by setting, never in current state', () => {
  expect(statedPosition('waypoint', [1, 2, 3], false)).toEqual([1, 2, 3]);
  expect(statedPosition('movement', [1, 2, 3], false)).toBeNull();
  expect(statedPosition('movement', [1, 2, 3], true)).toEqual([1, 2, 3]);
  expect(statedPosition('current_state', [1, 2, 3], true)).toBeNull();
});

test('a prompt is split at its one image', () => {
  expect(splitAtImage('a <image> b')).toEqual(['a ', ' b']);
  expect(() => splitAtImage('none')).toThrow('this one has 0');
  expect(() => splitAtImage('<image><image>')).toThrow('this one has 2');
});

test('words from anywhere leave a prompt its one image, and no half of a character', () => {
  for (const prompt_wording of WORDINGS) {
    const style = { ...DEFAULT_QUESTION_SETTINGS, prompt_wording };
    const prompt = buildPrompt('waypoint', 'put <image> on <im<image>age>, \ud83e', OPTIONS, null, style);
    expect(splitAtImage(prompt)[0]).toContain('put (image) on <im(image)age>, \ufffd\n');
  }
});

const styled = (changes: Partial<QuestionSettings>, state: [number, number, number] | null = [1, 2, 3]) =>
  buildPrompt('waypoint', 'x', OPTIONS, state, { ...DEFAULT_QUESTION_SETTINGS, ...changes });

test('without metadata no line tells axes, centre or gripper', () => {
  const bare = styled({ metadata_in_prompt: false });
  for (const line of ['axes', 'centre', 'wrist', 'robot'] as const)
    expect(bare).not.toContain(FIXED_LINES[line]);
  expect(bare).toContain(FIXED_LINES.state);
});

test('without the state a waypoint prompt does not speak of one', () => {
  expect(styled({}, null)).toContain(FULL_LINES.blind_waypoint);
  expect(styled({}, null)).not.toContain('urrent position');
});

test('viewpoint, camera and decimals are worded', () => {
  expect(styled({ viewpoint: 'robot' })).toContain(FULL_LINES.robot_axes);
  expect(styled({ viewpoint: 'robot' })).not.toContain(FIXED_LINES.wrist);
  expect(styled({ camera: 'overhead' })).toContain('View from above: <image>');
  expect(styled({ decimals: 1 })).toContain('[1.0, 2.0, 3.0]');
});

test('the compact wording asks the same in two thirds of the characters or less', () => {
  for (const kind of KINDS) {
    const full = buildPrompt(kind, 'x', OPTIONS, null);
    const compact = buildPrompt(kind, 'x', OPTIONS, null, {
      ...DEFAULT_QUESTION_SETTINGS,
      prompt_wording: 'compact',
    });
    expect(compact.length).toBeLessThan(full.length * 0.65);
    expect(splitAtImage(compact)).toHaveLength(2);
    for (const option of OPTIONS) expect(compact).toContain(`]] ${option}\n`);
  }
});

import { expect, test } from 'vitest';
import { buildPrompt, FIXED_LINES, splitAtImage, statedPosition } from './prompt.ts';

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

import { expect, test } from 'vitest';
import { mappedScene } from './mappedState.ts';
import { readScene, robotName } from './scene.ts';
import type { StateMapping } from './stateMapping.ts';

test('a robot is named by a word or the first of a list', () => {
  expect([robotName('Panda'), robotName(['UR5e', 'Panda']), robotName('so100_follower')]).toEqual([
    'Panda',
    'UR5e',
    'so100_follower',
  ]);
  for (const none of [undefined, null, 7, {}, [], '', 'unknown', 'a\nb', '<image>', 'x'.repeat(41)])
    expect(robotName(none)).toBeNull();
});

test('a scene from a file is one, or none: on one line and short', () => {
  const scene = { robot: 'Panda', frame: "robosuite's world frame", table: 0.8, position: 'p', gripper: 'g' };
  expect(readScene(scene)).toEqual(scene);
  expect(readScene({ ...scene, robot: '<image>', position: `a\n${'b '.repeat(200)}` })).toEqual({
    ...scene,
    robot: null,
    position: `a ${'b '.repeat(59)}`,
  });
  for (const none of [
    undefined,
    'scene',
    { ...scene, table: '0.8' },
    { ...scene, gripper: 1 },
    { robot: null },
  ])
    expect(readScene(none)).toBeNull();
});

test('columns are told by their names, else by their numbers', () => {
  const mapping: StateMapping = {
    position: { feature: 'state', at: [0, 1, 2] },
    unit: 'cm',
    rotation: null,
    gripper: { feature: 'hand\nopening', at: [3], form: 'grows as it closes' },
    jointPositions: null,
    jointVelocities: null,
  };
  const features = [{ name: 'state', width: 4, labels: ['x', 'y', 'z', 'w'] }];
  expect(mappedScene({ robot: null, frame: null, table: null }, mapping, features)).toEqual({
    robot: null,
    frame: null,
    table: null,
    position: 'x, y, z of state',
    gripper: 'element 3 of hand opening (grows as it closes)',
  });
});

import { expect, test } from 'vitest';
import { cameraFeatures, stateFeatures, type Feature } from './lerobotInfo.ts';

const features = (kinds: Record<string, [dtype: string, ...shape: number[]]>) =>
  Object.fromEntries(
    Object.entries(kinds).map(([name, [dtype, ...shape]]): [string, Feature] => [name, { dtype, shape }]),
  );
const cameras = (...keys: string[]) => [
  ...cameraFeatures(features(Object.fromEntries(keys.map((key) => [key, ['image', 8, 8, 3]])))),
];

test('cameras are named by the end of their keys, whatever these begin with', () => {
  expect(cameras('observation.images.front', 'observation.image', 'wrist_image')).toEqual([
    ['front', 'observation.images.front'],
    ['image', 'observation.image'],
    ['wrist_image', 'wrist_image'],
  ]);
  expect(cameras('observation.images.head.left', 'observation.images.images.left', 'images.top')).toEqual([
    ['head.left', 'observation.images.head.left'],
    ['images.left', 'observation.images.images.left'],
    ['top', 'images.top'],
  ]);
});

test('two cameras that would be called alike go by their whole keys', () => {
  for (const keys of [
    ['image', 'observation.image'],
    ['observation.images.top', 'images.top', 'side'],
  ])
    expect(cameras(...keys)).toEqual(keys.map((key) => [key, key]));
});

test('video is a camera, the picture of the next frame is none', () => {
  const found = cameraFeatures(
    features({ image: ['video', 8, 8, 3], 'next.image': ['image', 8, 8, 3], depth: ['float32', 8] }),
  );
  expect([...found]).toEqual([['image', 'image']]);
});

test('every vector of floats may be the state, but no action, judgement, time or count', () => {
  const found = stateFeatures(
    features({
      state: ['float32', 8],
      'observation.state.joint_position': ['float64', 7],
      'observation.is_grasped': ['bool', 1],
      language_embedding: ['float32', 512],
      action: ['float32', 7],
      actions: ['float32', 7],
      'action.gripper_position': ['float32', 1],
      'observation.last_action': ['float32', 7],
      'next.state': ['float32', 8],
      'next.reward': ['float32', 1],
      reward: ['float32', 1],
      done: ['float32', 1],
      timestamp: ['float32', 1],
      frame_index: ['int64', 1],
      'observation.frame_index': ['int64', 1],
      is_first: ['bool', 1],
      depth: ['float32', 8, 8],
    }),
  );
  expect(found.map(({ name }) => name)).toEqual([
    'state',
    'observation.state.joint_position',
    'observation.is_grasped',
    'language_embedding',
  ]);
});

test('elements are named by a list, a list in an object, or an object of places', () => {
  const labels = (names: unknown) => stateFeatures({ s: { dtype: 'float32', shape: [3], names } })[0].labels;
  for (const names of [
    ['x', 'y', 'z'],
    { motors: ['x', 'y', 'z'] },
    { x: 0, y: 1, z: 2 },
    { z: 2, x: 0, y: 1 },
  ])
    expect(labels(names)).toEqual(['x', 'y', 'z']);
  for (const names of [null, ['x', 'y'], { x: 0, y: 1, z: 3 }, { x: 0, y: 0, z: 1 }])
    expect(labels(names)).toEqual([]);
});

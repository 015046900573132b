import { expect, test } from 'vitest';
import { keypointEvent } from './demonstrations.svelte.ts';
import { stripFrames } from './stripFrames.ts';

test('the strip spans the demonstration without repeating a frame', () => {
  expect(stripFrames(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(stripFrames(3, 8)).toEqual([0, 1, 2]);
  expect(stripFrames(1, 8)).toEqual([0]);
});

test('a keypoint says what the gripper does', () => {
  const demo = { length: 5, gripperOpen: Float64Array.from([1, 1, 0, 0, 1]) };
  expect([1, 2, 3, 4].map((f) => keypointEvent(demo, f))).toEqual(['stops', 'closes', 'stops', 'opens']);
  expect(keypointEvent({ length: 3, gripperOpen: new Float64Array(3) }, 2)).toBe('ends');
});

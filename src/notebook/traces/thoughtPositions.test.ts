import { expect, test } from 'vitest';
import { thoughtOf, thoughtPositions } from './thoughtPositions.ts';

const QUESTION = {
  state: [0.2, 0, 1] as [number, number, number],
  target: [0.2, 0.3, 0.6] as [number, number, number],
};

test('each position of the thought, with centimetres to gripper and keypoint', () => {
  const text = '<think> from [0.2, 0, 1.03] to [0.2,0.3 , 0.6]. </think> <answer> [[A]] </answer>';
  const [first, second] = thoughtPositions(text, QUESTION);
  expect(first.point).toEqual([0.2, 0, 1.03]);
  expect(first.toState).toBeCloseTo(3, 9);
  expect(second.toTarget).toBe(0);
  expect(second.toState).toBeCloseTo(50, 9);
});

test('what is no position, or stands outside of the thought, is left', () => {
  expect(thoughtPositions('<think> [0.1, 0.2] [a, b, c] [[A]] </think> [1, 2, 3]', QUESTION)).toEqual([]);
  expect(thoughtPositions('[0.1, 0.2, 0.3]', QUESTION)).toEqual([]);
});

test('a thought that is not closed is a thought', () => {
  expect(thoughtOf('<think> at [0.1, 0')).toBe(' at [0.1, 0');
  expect(thoughtPositions('<think> at [0.1, 0.2, -0.3', QUESTION)).toEqual([]);
  expect(thoughtPositions('<think> at [0.1, 0.2, -0.3]', QUESTION)).toHaveLength(1);
});

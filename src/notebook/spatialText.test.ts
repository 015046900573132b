import { expect, test } from 'vitest';
import { ALL_MOVEMENTS, describeMovement } from '../questions/movement.ts';
import { formatPosition } from '../questions/question.ts';
import { movementVector, positionsIn } from './spatialText.ts';

test('positions of a thought are read as they are printed', () => {
  const text = `the gripper is at ${formatPosition([0.25, -0.1, 1.2])}, the target at [0.1,0.2,0.752].`;
  expect(positionsIn(text)).toEqual([
    [0.25, -0.1, 1.2],
    [0.1, 0.2, 0.752],
  ]);
  expect(positionsIn('[0.1, 0.2] and [[A]]')).toEqual([]);
});

test('every movement label gives back its movement', () => {
  for (const movement of ALL_MOVEMENTS) {
    expect(movementVector(describeMovement(movement))).toEqual(movement.map((m) => m / 2));
  }
});

import { expect, test } from 'vitest';
import { ALL_MOVEMENTS, describeMovement, movementOf } from './movement.ts';
import type { Vec3 } from '../demos/demonstration.ts';

const say = (delta: Vec3, deadband = 0.01, slightly = 0.5) =>
  describeMovement(movementOf(delta, deadband, slightly));

test.each<[Vec3, string]>([
  [[0.1, -0.1, -0.4], 'slightly move forward, slightly move left, and move down'],
  [[0, 0, 0.3], 'move up'],
  [[-0.3, 0.31, 0], 'move backward and move right'],
  [[0.2, 0.1, 0], 'move forward and slightly move right'],
  [[0.2, 0.1001, 0], 'move forward and move right'],
])('%j is "%s"', (delta, label) => {
  expect(say(delta)).toBe(label);
});

test('an axis below the deadband is left out, unless all are: then the largest stays', () => {
  expect(say([0.3, 0.009, 0])).toBe('move forward');
  expect(say([0.004, -0.009, 0])).toBe('move left');
});

test('without a deadband every nonzero change counts, as in the paper', () => {
  expect(say([0.3, 0.0001, 0], 0)).toBe('move forward and slightly move right');
});

test('no change at all is "stay"', () => {
  expect(say([0, 0, 0])).toBe('stay');
});

test('all movements are distinct, and hold every label that can arise', () => {
  const labels = new Set(ALL_MOVEMENTS.map(describeMovement));
  expect(labels.size).toBe(5 ** 3 - 3 ** 3);
  const steps = [-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2];
  for (const x of steps)
    for (const y of steps) for (const z of steps) if (x || y || z) expect(labels).toContain(say([x, y, z]));
});

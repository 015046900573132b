import { expect, test } from 'vitest';
import { checksumsOf, jumpRemarks } from './damageRemarks.ts';
import type { Demonstration } from './demonstration.ts';

const LENGTH = 20;

function smooth(change?: (demo: Demonstration) => void): Demonstration {
  const demo: Demonstration = {
    id: 'lift/0',
    task: 'lift',
    variation: 0,
    descriptions: ['lift'],
    fps: 20,
    length: LENGTH,
    gripperPose: Float64Array.from({ length: 7 * LENGTH }, (_, k) => {
      const [i, j] = [Math.floor(k / 7), k % 7];
      const half = i / 20;
      return [Math.sin(i / 6), 0.2, i / 50, 0, 0, Math.sin(half), Math.cos(half)][j];
    }),
    gripperOpen: new Float64Array(LENGTH),
    jointPositions: Float64Array.from({ length: 2 * LENGTH }, (_, k) => Math.cos(k / 8)),
    jointVelocities: null,
    cameras: {},
  };
  change?.(demo);
  return demo;
}

test('a number that stands apart from both frames beside it is told, with its place', () => {
  expect(jumpRemarks([smooth()])).toEqual([]);
  const odd = (demo: Demonstration) => (demo.gripperPose[7 * 4 + 1] += 0.3);
  expect(jumpRemarks([smooth(), smooth(odd), smooth(odd)])).toEqual([
    'A number stands apart, the file may be damaged there: frame 4 of lift/0 has a gripper position ' +
      '0.300 m off the frames beside it, and 1 more such.',
  ]);
  const [end] = jumpRemarks([smooth((demo) => (demo.jointPositions![2 * (LENGTH - 1)] = 40))]);
  expect(end).toMatch(/frame 19 of lift\/0 has a joint position 40\.0 rad off/);
});

test('steps of the course, quaternions of the other sign and noise everywhere are no damage', () => {
  const step = smooth((demo) => {
    for (let i = 9; i < LENGTH; i++) demo.gripperPose[7 * i] += 0.5;
  });
  const turned = smooth((demo) => {
    for (let k = 7 * 9 + 3; k < 7 * 10; k++) demo.gripperPose[k] *= -1;
  });
  const noisy = smooth((demo) => {
    demo.gripperPose.forEach((value, k) => k % 7 < 3 && (demo.gripperPose[k] = value + Math.sin(97 * k)));
  });
  expect(jumpRemarks([step, turned, noisy])).toEqual([]);
});

test('what is vouched for and what would go unnoticed is listed', () => {
  expect(checksumsOf([], ['the sentences'])).toBe(
    'These files carry no checksums: damage to the sentences would go unnoticed. A zip of them has checksums.',
  );
  expect(checksumsOf(['pictures (PNG)'], ['a', 'b', 'c'])).toBe(
    'Held against checksums: pictures (PNG). Nothing else in these files has one: damage to a, b and c would go unnoticed. A zip of them has checksums.',
  );
});

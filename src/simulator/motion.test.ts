import { expect, test } from 'vitest';
import { ACCELERATION_LIMIT, CRUISE_LIMITS, FRAME_SECONDS, timed } from './motion.ts';

const FAR = [
  [0, 0, 0, 0, 0, 0, 0],
  [0.4, -1.1, 0.2, 0.9, 0, 0.3, -0.7],
];
const SHORT = FAR.map((q) => q.map((x) => x / 40));

test.each([FAR, SHORT])('a motion starts and ends at rest at its two configurations', (...path) => {
  const motion = timed(path);
  expect(motion.at(0)).toEqual({
    joints: path[0],
    velocities: path[0].map(() => expect.closeTo(0) as number),
  });
  const end = motion.at(motion.duration);
  end.joints.forEach((q, j) => expect(q).toBeCloseTo(path[1][j], 12));
  end.velocities.forEach((v) => expect(v).toBeCloseTo(0, 12));
});

test.each([FAR, SHORT])('no joint exceeds its velocity or acceleration limit', (...path) => {
  const motion = timed(path);
  const step = 0.001;
  for (let t = 0; t + step <= motion.duration; t += step) {
    const [before, after] = [motion.at(t), motion.at(t + step)];
    before.velocities.forEach((v, j) => {
      expect(Math.abs(v)).toBeLessThanOrEqual(CRUISE_LIMITS[j] + 1e-9);
      expect(Math.abs(after.velocities[j] - v) / step).toBeLessThanOrEqual(ACCELERATION_LIMIT + 1e-6);
    });
  }
});

test('a motion lasts a whole number of frames', () => {
  const frames = timed(FAR).duration / FRAME_SECONDS;
  expect(frames).toBeCloseTo(Math.round(frames), 9);
});

test('velocity is the derivative of position', () => {
  const motion = timed(FAR);
  for (const t of [0.1, 0.7, motion.duration - 0.1]) {
    const [a, b] = [motion.at(t - 1e-5), motion.at(t + 1e-5)];
    motion.at(t).velocities.forEach((v, j) => expect((b.joints[j] - a.joints[j]) / 2e-5).toBeCloseTo(v, 5));
  }
});

test('a path that stands still is refused', () => {
  expect(() => timed([FAR[0], FAR[0]])).toThrow(/stands still/);
});

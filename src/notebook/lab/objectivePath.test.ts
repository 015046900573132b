import { expect, test } from 'vitest';
import { objectiveCurve, RATIO_RANGE } from './objectivePath.ts';

const CLIP = { epsilon: 0.2, epsilon_high: 0.28, beta: 0 };

test('a good token rises up to the upper clip and is flat behind it', () => {
  const { points, high } = objectiveCurve(2, null, CLIP);
  expect(points.at(-1)!.ratio).toBeCloseTo(RATIO_RANGE.high, 6);
  expect(high).toBeCloseTo(2.56, 9);
  for (const { ratio, objective } of points) expect(objective).toBeCloseTo(2 * Math.min(ratio, 1.28), 9);
});

test('a bad token is flat below the lower clip and falls without end above it', () => {
  const { points, low } = objectiveCurve(-1, null, CLIP);
  for (const { ratio, objective } of points) expect(objective).toBeCloseTo(-Math.max(ratio, 0.8), 9);
  expect(low).toBeCloseTo(-RATIO_RANGE.high, 6);
});

test('the KL bends it down away from the base model', () => {
  const plain = objectiveCurve(0, 0, CLIP).points;
  const bent = objectiveCurve(0, 0, { ...CLIP, beta: 1 }).points;
  expect(plain.every((p) => p.objective === 0)).toBe(true);
  expect(bent.at(-1)!.objective).toBeLessThan(-0.1);
  expect(bent.find((p) => Math.abs(p.ratio - 1) < 1e-9)!.objective).toBeCloseTo(0, 9);
});

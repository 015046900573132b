import { expect, test } from 'vitest';
import goldens from '../../test/fixtures/keypoints.json' with { type: 'json' };
import { ARM_KEYPOINT_RULE, discoverKeypoints, sampleFrames } from './keypoints.ts';

test('keypoints and sampled frames equal the Python reference on random demonstrations', () => {
  expect(goldens.cases.length).toBeGreaterThan(40);
  for (const golden of goldens.cases) {
    const demo = {
      length: golden.gripperOpen.length,
      gripperOpen: Float64Array.from(golden.gripperOpen),
      jointVelocities: Float64Array.from(golden.jointVelocities),
    };
    const keypoints = discoverKeypoints(demo);
    expect(keypoints).toEqual(golden.keypoints);
    expect(sampleFrames(demo.length, keypoints, 10).map((s) => [s.frame, s.keypoint])).toEqual(
      golden.samples,
    );
    const others = goldens.otherRules.map((rule) =>
      discoverKeypoints(demo, { ...ARM_KEYPOINT_RULE, ...rule }),
    );
    expect(others).toEqual(golden.otherRules);
  }
});

test.each(goldens.otherRules)("the reference tells $* from ARM's own constants", (rule) => {
  const at = goldens.otherRules.indexOf(rule);
  expect(goldens.cases.some(({ keypoints, otherRules }) => keypoints.join() !== otherRules[at].join())).toBe(
    true,
  );
});

test('without joint velocities only gripper changes and the last frame count', () => {
  const gripperOpen = Float64Array.from([1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1]);
  expect(discoverKeypoints({ length: 11, gripperOpen, jointVelocities: null })).toEqual([3, 7, 10]);
});

test('the next keypoint lies strictly after the frame', () => {
  expect(sampleFrames(31, [10, 20, 25], 10)).toEqual([
    { frame: 0, keypoint: 10 },
    { frame: 10, keypoint: 20 },
    { frame: 20, keypoint: 25 },
  ]);
  expect(() => sampleFrames(31, [10], 0)).toThrow('frame interval 0');
});

test('a gripper whose opening is not known never changes: stops and the last frame count', () => {
  const length = 12;
  const jointVelocities = Float64Array.from({ length }, (_, i) => (i === 5 ? 0 : 1));
  expect(discoverKeypoints({ length, gripperOpen: null, jointVelocities })).toEqual([5, 11]);
  expect(discoverKeypoints({ length, gripperOpen: null, jointVelocities: null })).toEqual([11]);
});

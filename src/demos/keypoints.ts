/** Keypoints of a demonstration by ARM's rule (James & Davison, "Q-attention", keypoint_discovery). */
import type { Demonstration } from './demonstration.ts';

/** Frames for which a stop is not reported again. */
const STOP_PAUSE = 4;

/**
 * Frames at which the gripper has just opened or closed, the arm stands still, or the demonstration ends; ascending.
 *
 * The arm stands still when every joint velocity is at most `stoppingDelta` (radians a second), the gripper did not
 * change in the two frames before nor changes in the next, and no stop was found in the four frames before. As in
 * ARM's Python, frames 0 and 1 look back past the start to the last frames. Without joint velocities, recorded or
 * derived from joint positions, no stop is found: only gripper changes and the last frame count, and the importer says
 * so in the bundle's remarks.
 */
export function discoverKeypoints(
  demo: Pick<Demonstration, 'length' | 'gripperOpen' | 'jointVelocities'>,
  stoppingDelta = 0.1,
): number[] {
  const { length, gripperOpen } = demo;
  const gripper = (i: number) => gripperOpen[i < 0 ? i + length : i];
  const steady = (i: number) =>
    gripper(i) === gripper(i + 1) && gripper(i) === gripper(i - 1) && gripper(i) === gripper(i - 2);
  const keypoints: number[] = [];
  let pause = 0;
  for (let i = 0; i < length; i++) {
    const stopped = pause <= 0 && i < length - 2 && steady(i) && isStill(demo, i, stoppingDelta);
    pause = stopped ? STOP_PAUSE : pause - 1;
    if (i > 0 && (gripper(i) !== gripper(i - 1) || i === length - 1 || stopped)) keypoints.push(i);
  }
  const [beforeLast, last] = keypoints.slice(-2);
  if (keypoints.length > 1 && last - 1 === beforeLast) keypoints.splice(-2, 1);
  return keypoints;
}

/**
 * Every `interval`-th frame with the keypoint that comes next, strictly after the frame (ARM's demonstration
 * augmentation); the last frame is never sampled.
 * @param keypoints ascending, as discoverKeypoints gives them
 */
export function sampleFrames(
  length: number,
  keypoints: number[],
  interval: number,
): { frame: number; keypoint: number }[] {
  if (!(Number.isInteger(interval) && interval > 0))
    throw new Error(
      `frame interval ${interval} is not a positive whole number: choose 1 or more, the paper's is 10`,
    );
  const samples: { frame: number; keypoint: number }[] = [];
  for (let frame = 0; frame < length - 1; frame += interval) {
    const keypoint = keypoints.find((k) => k > frame);
    if (keypoint === undefined) break;
    samples.push({ frame, keypoint });
  }
  return samples;
}

function isStill(
  { length, jointVelocities }: Pick<Demonstration, 'length' | 'jointVelocities'>,
  i: number,
  delta: number,
): boolean {
  if (!jointVelocities) return false;
  const joints = jointVelocities.length / length;
  return jointVelocities.subarray(i * joints, (i + 1) * joints).every((v) => Math.abs(v) <= delta);
}

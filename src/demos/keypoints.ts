/** Keypoints of a demonstration by ARM's rule (James & Davison, "Q-attention", keypoint_discovery). */
import type { Demonstration } from './demonstration.ts';

/** The constants of the rule, named as in ARM where it names them. */
export interface KeypointRule {
  /** Greatest speed of any joint, rad/s, at which the arm counts as stopped. ARM: 0.1. */
  stopping_delta: number;
  /** Frames after a stop in which no other stop is found. ARM: 4. */
  stopped_buffer: number;
  /** A frame at which the gripper opens or closes is a keypoint. ARM: true. */
  gripper_keypoints: boolean;
  /** Of two last keypoints on adjacent frames only the last is kept. ARM: true. */
  merge_last_keypoints: boolean;
}

export const ARM_KEYPOINT_RULE: KeypointRule = {
  stopping_delta: 0.1,
  stopped_buffer: 4,
  gripper_keypoints: true,
  merge_last_keypoints: true,
};

/**
 * Frames at which the gripper has just opened or closed, the arm stands still, or the demonstration ends; ascending.
 *
 * The arm stands still when every joint velocity is at most `stopping_delta` (radians a second), the gripper did not
 * change in the two frames before nor changes in the next, and no stop was found in the `stopped_buffer` frames before.
 * As in ARM's Python, frames 0 and 1 look back past the start to the last frames. Without joint velocities, recorded or
 * derived from joint positions, no stop is found: only gripper changes and the last frame count, and the importer says
 * so in the bundle's remarks. A gripper whose opening is not known never changes.
 */
export function discoverKeypoints(
  demo: Pick<Demonstration, 'length' | 'gripperOpen' | 'jointVelocities'>,
  rule: KeypointRule = ARM_KEYPOINT_RULE,
): number[] {
  const { length, gripperOpen } = demo;
  const gripper = (i: number) => gripperOpen?.[i < 0 ? i + length : i];
  const steady = (i: number) =>
    gripper(i) === gripper(i + 1) && gripper(i) === gripper(i - 1) && gripper(i) === gripper(i - 2);
  const keypoints: number[] = [];
  let pause = 0;
  for (let i = 0; i < length; i++) {
    const stopped = pause <= 0 && i < length - 2 && steady(i) && isStill(demo, i, rule.stopping_delta);
    pause = stopped ? rule.stopped_buffer : pause - 1;
    const changed = rule.gripper_keypoints && i > 0 && gripper(i) !== gripper(i - 1);
    if (i > 0 && (changed || i === length - 1 || stopped)) keypoints.push(i);
  }
  const [beforeLast, last] = keypoints.slice(-2);
  if (rule.merge_last_keypoints && last - 1 === beforeLast) keypoints.splice(-2, 1);
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

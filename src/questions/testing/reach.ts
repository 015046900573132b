import type { Demonstration } from '../../demos/demonstration.ts';

/** A reach down to the table that closes the gripper at frame 60 of 101 and goes up again. */
export function reach(id: string): Demonstration {
  const frames = Array.from({ length: 101 }, (_, i) => i);
  return {
    id,
    task: 'reach',
    variation: 0,
    descriptions: ['reach the cup', 'go to the cup'],
    fps: 20,
    length: 101,
    gripperPose: Float64Array.from(
      frames.flatMap((i) => [
        0.28 + i * 0.001,
        i * 0.002,
        i < 60 ? 1.47 - i * 0.01 : 0.87 + (i - 60) * 0.01,
        0,
        1,
        0,
        0,
      ]),
    ),
    gripperOpen: Float64Array.from(frames, (i) => (i < 60 ? 1 : 0)),
    jointPositions: null,
    jointVelocities: null,
    cameras: {},
  };
}

import { expect, test } from 'vitest';
import { mappedState } from './mappedState.ts';
import type { StateMapping } from './stateMapping.ts';

const mapping: StateMapping = {
  unit: 'cm',
  position: { feature: 'pose', at: [0, 1, 2] },
  rotation: { feature: 'pose', at: [3, 4, 5], form: 'roll, pitch, yaw (rad)' },
  gripper: { feature: 'pose', at: [0], form: 'grows as it opens' },
  jointPositions: { feature: 'joints', at: [0, 1] },
  jointVelocities: null,
};
const pose = {
  width: 6,
  values: Float64Array.from(
    [
      [1, 2, 3],
      [0, 0, Math.PI / 2],
    ].flat(),
  ),
};
const three = { width: 6, values: Float64Array.from({ length: 18 }, (_, i) => pose.values[i % 6]) };
const joints = (values: number[]) => ({ width: 2, values: Float64Array.from(values) });

test('units and Euler angles: a quarter turn about z', () => {
  const still = { pose: three, joints: joints([0, 0, 0, 0, 0, 0]) };
  const { gripperPose } = mappedState(still, 3, 10, mapping);
  const half = Math.SQRT1_2;
  [0.01, 0.02, 0.03, 0, 0, half, half].forEach((x, i) => expect(gripperPose[i]).toBeCloseTo(x, 12));
});

test('joint velocities by central differences, one-sided at the ends', () => {
  const columns = { pose: three, joints: joints([0, 1, 0.1, 1, 0.4, 1]) };
  const { jointVelocities } = mappedState(columns, 3, 10, mapping);
  [1, 0, 2, 0, 3, 0].forEach((x, i) => expect(jointVelocities![i]).toBeCloseTo(x, 12));
});

test('joint positions that cannot be radians give no velocities', () => {
  const columns = { pose: three, joints: joints([0, 90, 10, 90, 20, 90]) };
  expect(mappedState(columns, 3, 10, mapping).jointVelocities).toBeNull();
});

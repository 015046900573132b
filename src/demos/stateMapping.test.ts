import { expect, test } from 'vitest';
import { labelsByName, proposeMapping, type StateFeature } from './stateMapping.ts';

const feature = (name: string, width: number, labels = labelsByName(name, width)): StateFeature => ({
  name,
  width,
  labels,
});

test("robomimic's keys: the end effector's position and quaternion, the first finger, the joints", () => {
  const keys: [string, number][] = [
    ['object', 14],
    ['robot0_eef_pos', 3],
    ['robot0_eef_quat', 4],
    ['robot0_eef_vel_lin', 3],
    ['robot0_gripper_qpos', 2],
    ['robot0_gripper_qvel', 2],
    ['robot0_joint_pos', 7],
    ['robot0_joint_pos_cos', 7],
    ['robot0_joint_vel', 7],
  ];
  expect(proposeMapping(keys.map(([name, width]) => feature(name, width)))).toEqual({
    unit: 'm',
    position: { feature: 'robot0_eef_pos', at: [0, 1, 2] },
    rotation: { feature: 'robot0_eef_quat', at: [0, 1, 2, 3], form: 'quaternion x, y, z, w' },
    gripper: { feature: 'robot0_gripper_qpos', at: [0], form: 'grows as it opens' },
    jointPositions: { feature: 'robot0_joint_pos', at: [0, 1, 2, 3, 4, 5, 6] },
    jointVelocities: { feature: 'robot0_joint_vel', at: [0, 1, 2, 3, 4, 5, 6] },
  });
});

test("LIBERO's eight nameless numbers, and LeRobot's names of the end effector", () => {
  expect(proposeMapping([feature('observation.state', 8)])).toMatchObject({
    position: { at: [0, 1, 2] },
    rotation: { at: [3, 4, 5], form: 'rotation vector (rad)' },
    gripper: { at: [6] },
  });
  const names = ['x', 'y', 'z', 'wx', 'wy', 'wz', 'gripper_pos'].map((name) => `ee.${name}`);
  expect(proposeMapping([feature('observation.state', 7, names)])).toMatchObject({
    position: { at: [0, 1, 2] },
    rotation: { at: [3, 4, 5], form: 'rotation vector (rad)' },
    gripper: { at: [6], form: 'grows as it opens' },
  });
});

test('a pose of an object, and joints alone, propose no position', () => {
  expect(
    proposeMapping([feature('extra/obj_pose', 7), feature('extra/goal_pos', 3)]).position,
  ).toBeUndefined();
  const motors = ['shoulder_pan.pos', 'elbow_flex.pos', 'gripper.pos'];
  const { position, gripper } = proposeMapping([feature('observation.state', 3, motors)]);
  expect([position, gripper?.at]).toEqual([undefined, [2]]);
});

test('a quaternion that begins with its scalar is read by its name', () => {
  const labels = labelsByName('extra/tcp_pose', 7, true);
  expect(proposeMapping([feature('extra/tcp_pose', 7, labels)]).rotation).toEqual({
    feature: 'extra/tcp_pose',
    at: [4, 5, 6, 3],
    form: 'quaternion x, y, z, w',
  });
});

import { expect, test } from 'vitest';
import {
  isWhole,
  labelsByName,
  mappingTemplate,
  offeredMapping,
  proposeMapping,
  TO_CHOOSE,
  type StateFeature,
} from './stateMapping.ts';

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

const numbered = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word}${i}`);

test("eight numbers whose names tell nothing are guessed to be LIBERO's, and called a guess", () => {
  for (const labels of [[], numbered('motor_', 8), numbered('', 8)]) {
    const { mapping, guess } = offeredMapping([feature('observation.state', 8, labels)]);
    expect(mapping).toMatchObject({
      position: { at: [0, 1, 2] },
      rotation: { at: [3, 4, 5], form: 'rotation vector (rad)' },
      gripper: { at: [6] },
    });
    expect(guess).toMatch(
      /^names none of the 8 numbers of observation\.state: .* is a guess from their count/,
    );
  }
});

test('nothing is guessed of joints by name, of another count, or where names tell', () => {
  for (const labels of [
    [...numbered('joint_', 7), 'gripper'],
    numbered('joint_', 8),
    numbered('motor_', 7),
  ]) {
    const offered = offeredMapping([feature('observation.state', labels.length, labels)]);
    expect([offered.mapping.position, offered.guess]).toEqual([undefined, null]);
  }
  const named = offeredMapping([feature('observation.state', 8), feature('observation.ee_pos', 3)]);
  expect([named.mapping.position?.feature, named.guess]).toEqual(['observation.ee_pos', null]);
});

test("LeRobot's names of the end effector", () => {
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

test('no gripper is proposed where every number has a name and none is a gripper’s; else somebody must choose', () => {
  const position = { feature: 'observation.state', at: [0, 1, 2] };
  const state = feature('observation.state', 3, ['x', 'y', 'z']);
  const proposed = proposeMapping([state]);
  expect(proposed).toMatchObject({ position, gripper: null });
  expect(isWhole(proposed)).toBe(true);
  expect(proposeMapping([state, feature('observation.joint_vel', 3, [])])).toMatchObject({ gripper: null });
  for (const other of [
    feature('observation.state', 4, ['x', 'y', 'z', 'state_3']),
    feature('observation.hand', 1),
    feature('observation.extra', 2),
  ]) {
    const open = proposeMapping(other.name === state.name ? [other] : [state, other]);
    expect([open.position, open.gripper, isWhole(open)]).toEqual([position, undefined, false]);
    expect(mappingTemplate(open)).toMatchObject({ gripper: TO_CHOOSE, rotation: null });
  }
});

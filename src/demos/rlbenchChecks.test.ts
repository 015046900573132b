import { expect, test } from 'vitest';
import type { Demonstration } from './demonstration.ts';
import { PickledArray, type PickleValue } from './pickleGlobals.ts';
import { checkObservations } from './rlbenchChecks.ts';
import { poseMatrix } from './rotations.ts';

const LENGTH = 12;
const FILE = 'lift/low_dim_obs.pkl';

const array = (values: Iterable<number>): PickledArray =>
  Object.assign(new PickledArray(), { values: Float64Array.from(values) });

type Observations = Map<string, PickleValue>[];

/** A gripper that turns and closes, one camera that stands and one on the wrist. */
function recorded(): { observations: Observations; demo: Demonstration } {
  const gripperPose = new Float64Array(7 * LENGTH);
  const gripperOpen = new Float64Array(LENGTH);
  const observations = Array.from({ length: LENGTH }, (_, i) => {
    const half = 0.4 + i / 20;
    gripperPose.set([i / 50, 0.2, 1, 0, Math.sin(half), 0, Math.cos(half)], 7 * i);
    gripperOpen[i] = Number(i < 5);
    const matrix = [...poseMatrix(gripperPose.subarray(7 * i, 7 * i + 7)), 0, 0, 0, 1];
    const camera = (name: string, extrinsics: number[]): [string, PickleValue][] => [
      [`${name}_camera_extrinsics`, array(extrinsics)],
      [`${name}_camera_intrinsics`, array([-9, 0, 4, 0, -9, 4, 0, 0, 1])],
      [`${name}_camera_near`, 0.01],
      [`${name}_camera_far`, 4.5],
    ];
    return new Map<string, PickleValue>([
      ['gripper_matrix', array(matrix)],
      ['gripper_open', gripperOpen[i]],
      ['gripper_joint_positions', array(i < 5 ? [0.04, 0.04] : [0.01, 0.01])],
      ['joint_positions', array([0, 0.2, 0, -0.9, 0, i / 4, 0.8])],
      ['joint_velocities', null],
      [
        'misc',
        new Map<PickleValue, PickleValue>([
          ...camera('front', [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1]),
          ...camera('wrist', matrix),
          ['variation_index', 2],
        ]),
      ],
    ]);
  });
  return { observations, demo: { gripperPose, gripperOpen } as Demonstration };
}

const check = ({ observations, demo }: ReturnType<typeof recorded>, variation: number | null = 2) =>
  checkObservations(FILE, observations, demo, { file: 'variation_number.pkl', variation });

const values = (observation: Map<string, PickleValue>, key: string) =>
  (observation.get(key) as PickledArray).values!;
const misc = (observation: Map<string, PickleValue>) =>
  observation.get('misc') as Map<PickleValue, PickleValue>;

test('what agrees passes, and what nothing was held against is told', () => {
  expect(check(recorded())).toEqual(['joint positions and velocities (small changes)', 'sentences']);
  const bare = recorded();
  for (const observation of bare.observations) {
    observation.set('gripper_matrix', null);
    observation.set('gripper_joint_positions', null);
  }
  expect(check(bare, null)).toEqual(expect.arrayContaining(['gripper poses', 'gripper openings']));
});

const DAMAGE: Record<string, (recording: ReturnType<typeof recorded>) => void> = {
  'frame 7 has a gripper pose and a gripper matrix': ({ demo }) => (demo.gripperPose[7 * 7 + 1] += 0.002),
  'frame 3 has a gripper opening that its fingers': ({ demo }) => (demo.gripperOpen![3] = 0),
  'frame 8 has a gripper opening that its fingers': ({ demo }) => (demo.gripperOpen![8] = 1),
  'frame 4 has a gripper opening between': ({ observations }) => observations[4].set('gripper_open', 1.5),
  'frame 0 has another front_camera_intrinsics': ({ observations }) =>
    misc(observations[0]).set('front_camera_intrinsics', array([-9, 0, 4.5, 0, -9, 4, 0, 0, 1])),
  'frame 11 has another wrist_camera_far': ({ observations }) =>
    misc(observations[11]).set('wrist_camera_far', 4.6),
  'frame 0 has front_camera_extrinsics that differ': ({ observations }) =>
    ((misc(observations[0]).get('front_camera_extrinsics') as PickledArray).values![3] += 0.01),
  'frame 6 has wrist_camera_extrinsics that differ': ({ observations }) =>
    misc(observations[6]).set(
      'wrist_camera_extrinsics',
      array(values(observations[6], 'gripper_matrix').map((value, k) => value + Number(k === 7) / 50)),
    ),
  'frame 2 has no front_camera_extrinsics': ({ observations }) =>
    misc(observations[2]).delete('front_camera_extrinsics'),
  'has front_camera_intrinsics and no extrinsics': ({ observations }) =>
    observations.forEach((observation) => misc(observation).delete('front_camera_extrinsics')),
  'frame 5 has no joint_positions': ({ observations }) => observations[5].delete('joint_positions'),
  'has no joint_velocities, not even an empty one': ({ observations }) =>
    observations.forEach((observation) => observation.delete('joint_velocities')),
  'frame 10 has joint 4 at 0.100 rad, beyond a Panda': ({ observations }) =>
    (values(observations[10], 'joint_positions')[3] = 0.1),
  'frame 9 is of another variation': ({ observations }) => misc(observations[9]).set('variation_index', 3),
};

for (const [message, change] of Object.entries(DAMAGE))
  test(`refused: ${message}`, () => {
    const recording = recorded();
    change(recording);
    expect(() => check(recording)).toThrow(`${FILE}: ${message}`);
  });

test('a variation number that was not observed is refused', () => {
  expect(() => check(recorded(), 3)).toThrow(
    'variation_number.pkl: says variation 3 where low_dim_obs.pkl has 2',
  );
});

test('another arm of seven joints, and a joint that gives at its limit, are no damage', () => {
  const other = recorded();
  for (const observation of other.observations) values(observation, 'joint_positions')[3] = 1.5;
  expect(() => check(other)).not.toThrow();
  const giving = recorded();
  values(giving.observations[0], 'joint_positions')[3] = -0.03;
  expect(() => check(giving)).not.toThrow();
});

test('noise in every frame, and a camera that moves in its own way, are no damage', () => {
  const noisy = recorded();
  for (const [i, observation] of noisy.observations.entries()) {
    noisy.demo.gripperPose[7 * i] += 0.01 * Math.sin(9 * i + 1);
    misc(observation).set(
      'front_camera_extrinsics',
      array([1, 0, 0, i, 0, 1, 0, i * i, 0, 0, 1, 2, 0, 0, 0, 1]),
    );
  }
  expect(check(noisy)).toContain('gripper poses');
});

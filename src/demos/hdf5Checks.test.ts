import { expect, test } from 'vitest';
import { checkLengths, checkManiskill, checkRobomimic } from './hdf5Checks.ts';
import type { Hdf5File } from './hdf5File.ts';

type Datasets = Record<string, number[][]>;

const LENGTH = 12;
const every = (row: (i: number) => number[]) => Array.from({ length: LENGTH }, (_, i) => row(i));

/** The part of a file that the checks ask for. */
const fileOf = (datasets: Datasets) =>
  ({
    dataset: (path: string) => datasets[path] && { shape: [datasets[path].length, datasets[path][0].length] },
    rows: (path: string) => datasets[path].flat(),
    keys: (group: string) =>
      Object.keys(datasets)
        .filter((path) => path.startsWith(`${group}/`))
        .map((path) => path.slice(group.length + 1)),
  }) as unknown as Hdf5File;

const angle = (i: number) => i / 9;
const robomimic = (): Datasets => ({
  'data/demo_0/obs/q': every((i) => [angle(i), -angle(i)]),
  'data/demo_0/obs/q_cos': every((i) => [Math.cos(angle(i)), Math.cos(angle(i))]),
  'data/demo_0/next_obs/q': every((i) => [angle(i + 1), -angle(i + 1)]),
});

const GROUP = 'traj_0/obs/sensor_param/base';
const maniskill = (): Datasets => ({
  [`${GROUP}/extrinsic_cv`]: every(() => [1, 0, 0, 2, 0, 1, 0, 3, 0, 0, 1, 4]),
  [`${GROUP}/intrinsic_cv`]: every(() => [9, 0, 4, 0, 9, 4, 0, 0, 1]),
  [`${GROUP}/cam2world_gl`]: every(() => [1, 0, 0, -2, 0, -1, 0, -3, 0, 0, -1, -4, 0, 0, 0, 1]),
  'traj_0/obs/agent/qpos': every((i) => [angle(i)]),
  'traj_0/obs/agent/qvel': every(() => [0.5]),
  'traj_0/env_states/articulations/panda': every((i) => [...Array<number>(13).fill(0), angle(i), 0.5]),
});

function told(datasets: Datasets, format: 'robomimic' | 'maniskill'): string {
  try {
    if (format === 'robomimic') checkRobomimic('a.h5', fileOf(datasets), 'demo_0', ['q', 'none']);
    else checkManiskill('a.h5', fileOf(datasets), 'traj_0', ['base']);
    return 'passes';
  } catch (error) {
    return (error as Error).message;
  }
}

test('what agrees passes, and what is said once', () => {
  expect(told(robomimic(), 'robomimic')).toBe('passes');
  expect(told({ 'data/demo_0/obs/q': every((i) => [i]) }, 'robomimic')).toBe('passes');
  expect(told(maniskill(), 'maniskill')).toBe('passes');
  expect(told({}, 'maniskill')).toBe('passes');
});

const CASES: ['robomimic' | 'maniskill', string, number, string][] = [
  ['robomimic', 'data/demo_0/obs/q', 6, 'frame 6 of demo_0 has q and q_cos that contradict each other'],
  ['robomimic', 'data/demo_0/next_obs/q', 4, 'frame 5 of demo_0 has another q than next_obs before it'],
  [
    'maniskill',
    `${GROUP}/extrinsic_cv`,
    0,
    'frame 0 of traj_0/obs/sensor_param/base has another extrinsic_cv',
  ],
  ['maniskill', `${GROUP}/intrinsic_cv`, 11, 'has another intrinsic_cv than the others'],
  ['maniskill', `${GROUP}/cam2world_gl`, 6, 'has extrinsic_cv and cam2world_gl that contradict each other'],
  ['maniskill', 'traj_0/obs/agent/qpos', 3, 'frame 3 of traj_0 has another qpos than env_states'],
  ['maniskill', 'traj_0/obs/agent/qvel', 2, 'frame 2 of traj_0 has another qvel than env_states'],
];

for (const [format, dataset, frame, message] of CASES)
  test(`refused: ${message}`, () => {
    const datasets = { robomimic, maniskill }[format]();
    datasets[dataset][frame] = datasets[dataset][frame].map((value) => value + 0.01);
    expect(told(datasets, format)).toContain(message);
  });

test('a camera that moves, and another convention throughout, are no damage', () => {
  const other = maniskill();
  other[`${GROUP}/extrinsic_cv`] = every((i) => [1, 0, 0, i, 0, 1, 0, i * i, 0, 0, 1, 4]);
  other['traj_0/env_states/articulations/panda'] = every(() => Array<number>(15).fill(7));
  expect(told(other, 'maniskill')).toBe('passes');
});

test('a length that is said otherwise is refused where the others agree, else told', () => {
  const said = (...lengths: (number | null)[]) =>
    checkLengths(
      'a.h5',
      'num_samples',
      lengths.map((length, i) => ({ id: `demo_${i}`, length: 7, said: length })),
    );
  expect(said(7, 7, null, 7)).toEqual([]);
  expect(said()).toEqual([]);
  expect(() => said(7, 9, 7, null)).toThrow(
    'a.h5: has 9 frames of demo_1 by num_samples, where 7 are: the file is damaged, take it from its source again',
  );
  expect(said(9)).toEqual(['a.h5 has 9 frames of demo_0 by num_samples, where 7 are: one may be damaged.']);
  expect(said(8, 8, 8)).toEqual([
    'a.h5 has 8 frames of demo_0 by num_samples, where 7 are: one may be damaged.',
  ]);
});

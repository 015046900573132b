import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { fixtures, given } from '../../../test/fixtures/fixture.ts';
import type { Demonstration } from '../../demos/demonstration.ts';
import { openBundle, openFiles } from '../../demos/openBundle.ts';
import { boundsOf } from './bounds.ts';
import { homeOf, pathOf, scaleOf, sceneContent } from './content.ts';
import { describeScene } from './describe.ts';

async function contentOf(...names: string[]) {
  const { demonstrations } = await openFiles(given(fixtures(...names)), names[0]);
  return shown(demonstrations[0]);
}

function shown(demonstration: Demonstration) {
  return sceneContent({ demonstration, keypoints: [], camera: undefined });
}

let sample: Demonstration;
beforeAll(async () => {
  const zip = await readFile(new URL('../../../public/demos/sample.zip', import.meta.url));
  sample = (await openBundle(new Blob([zip]), 'sample.zip')).demonstrations[0];
});

const lowest = (demo: Pick<Demonstration, 'length' | 'gripperPose'>) =>
  Math.min(...pathOf(demo).map(([, , z]) => z));

test('ManiSkill’s table lies at 0 m with its own edges, and no robot stands at it that does not fit', async () => {
  const content = await contentOf('maniskill.h5', 'maniskill.json');
  expect(content).toMatchObject({
    base: null,
    table: { low: [-0.7245, -1.209], high: [0.4845, 1.209] },
    ground: 0,
    turns: true,
    note:
      'Robot (not named) not drawn: its joints do not lead a Panda’s gripper to where it was. A fork stands for ' +
      'the gripper, spread while it is open. The table’s top is at 0\u00a0m, and some positions are under it.',
  });
  expect(describeScene(content, 0)).toContain(`The gripper alone at a table, frame 0 of 6. ${content.note}`);
});

test('robomimic’s Can has no known table: a grid at the lowest position', async () => {
  const content = await contentOf('robomimic.hdf5');
  expect(content).toMatchObject({ base: null, table: null, ground: lowest(content.motion) });
  expect(content.note).toContain('Panda not drawn: its joints do not lead');
  expect(content.note).toContain(
    'Table height not known: the grid (squares of 20\u00a0cm) is at the lowest position.',
  );
});

test('of a LeRobot dataset the robot without joints is left out, its table is not known', async () => {
  const content = await contentOf('lerobot_v21.zip');
  expect(content).toMatchObject({ base: null, table: null, ground: lowest(content.motion) });
  expect(content.note).toMatch(
    /^Panda not drawn: no joint positions were recorded\..*Table height not known/,
  );
  expect(describeScene(content, 0)).toContain(`The gripper alone over a grid, frame 0 of 5. ${content.note}`);
});

test('a robosuite Panda is drawn at its base and its table, and the words say so', () => {
  const from = [-0.309, 0, 0.782];
  const base = [-0.56, 0, 0.912];
  const scene = {
    robot: 'Panda',
    frame: "robosuite's world frame",
    table: 0.8,
    position: 'x, y, z of robot0_eef_pos',
    gripper: 'robot0_gripper_qpos_1',
  };
  const gripperPose = sample.gripperPose.map((x, i) => (i % 7 < 3 ? x + base[i % 7] - from[i % 7] : x));
  const content = shown({ ...sample, gripperPose, scene });
  expect(content).toMatchObject({ base, table: { low: [-0.4, -0.4], high: [0.4, 0.4] }, ground: 0.8 });
  expect(content.note).toBe(
    'The Panda’s base is at [-0.560, 0.000, 0.912], from where its joints lead to the gripper. ' +
      'The table’s top is at 0.8\u00a0m.',
  );
  expect(describeScene(content, 0)).toContain('The robot arm at a table, frame 0');
});

test('a table of a height without edges is a grid at that height', () => {
  const scene = { robot: 'so100_follower', frame: null, table: 0.1, position: 'p', gripper: 'g' };
  const content = shown({ ...sample, scene });
  expect(content).toMatchObject({ base: null, table: null, ground: 0.1 });
  expect(content.note).toContain(
    'The table’s top is at 0.1\u00a0m; its edges are not known: the grid (squares of 5\u00a0cm) is at its height.',
  );
});

test('RLBench’s table is drawn as ever and nothing need be said; off it, or without joints, it is', () => {
  expect(shown(sample)).toMatchObject({ table: 'rlbench', ground: 0.752, note: '' });
  const bare = { ...sample, jointPositions: null };
  expect(shown(bare)).toMatchObject({ table: 'rlbench', base: null });
  expect(shown(bare).note).toMatch(/^Panda not drawn: no joint positions were recorded\. A fork [^.]*\.$/);
  const away = { ...bare, gripperPose: bare.gripperPose.map((x, i) => (i % 7 === 2 ? x - 0.5 : x)) };
  expect(shown(away)).toMatchObject({ table: null, ground: lowest(away) });
  expect(shown(away).note).toContain('Positions do not lie over RLBench’s table, which is not drawn');
});

test('a gripper without rotations is a ball', () => {
  const gripperPose = sample.gripperPose.map((x, i) => (i % 7 < 3 ? x : Number(i % 7 === 6)));
  const scene = { robot: 'so100_follower', frame: null, table: null, position: 'p', gripper: 'g' };
  const content = shown({ ...sample, gripperPose, scene });
  expect(content.turns).toBe(false);
  expect(content.note).toBe(
    'Robot (so100_follower) not drawn: its shape is not known. ' +
      'A ball stands for the gripper, of wire while it is open: its rotation is not known. ' +
      'Table height not known: the grid (squares of 5\u00a0cm) is at the lowest position.',
  );
});

/** In a world of which nothing is known, with a path so many times as long. */
function stretched(times: number) {
  const scene = { robot: 'so100_follower', frame: null, table: null, position: 'p', gripper: 'g' };
  const gripperPose = sample.gripperPose.map((x, i) => (i % 7 < 3 ? x * times : x));
  return shown({ ...sample, gripperPose, scene });
}

test.each([0.3, 8, 500])('a path %d times as long fills the view as much', (times) => {
  const [plain, content] = [stretched(1), stretched(times)];
  const [near, home] = [homeOf(plain), homeOf(content)];
  expect(home.distance / near.distance).toBeCloseTo(times, 6);
  home.target.forEach((x, k) => expect(x / times).toBeCloseTo(near.target[k], 6));
  expect(scaleOf(content) / scaleOf(plain)).toBeCloseTo(times, 6);
  const { low, high } = boundsOf(pathOf(content.motion));
  const squares = Math.max(high[0] - low[0], high[1] - low[1]) / content.square;
  expect(squares).toBeLessThanOrEqual(6);
  expect(squares).toBeGreaterThan(6 / 2.5);
});

test('a gripper that stands still has a view and a grid', () => {
  const content = stretched(0);
  expect(homeOf(content).distance).toBeCloseTo(2.7 * 0.05, 9);
  expect(content.square).toBe(0.01);
});

test('of a gripper whose opening is not recorded no word says open or closed', () => {
  const unknown = { ...sample, gripperOpen: null };
  const arm = shown(unknown);
  expect(arm.note).toBe('How far the fingers are open is not known: they are drawn half open.');
  expect(describeScene(arm, 0)).toMatch(/Gripper at \[[^\]]*\] metres, opening not recorded\./);
  const alone = shown({ ...unknown, jointPositions: null });
  expect(alone.note).toContain('A ball with axes stands for the gripper: whether it is open is not known.');
  const { length } = sample;
  const gripperPose = Float64Array.from(sample.gripperPose, (value, i) =>
    i % 7 < 3 ? value : Number(i % 7 === 6),
  );
  expect(shown({ ...unknown, length, gripperPose, jointPositions: null }).note).toContain(
    'neither its rotation nor whether it is open is known',
  );
});

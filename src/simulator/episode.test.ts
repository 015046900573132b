import loadMujoco from '@mujoco/mujoco';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { discoverKeypoints } from '../demos/keypoints.ts';
import { runEpisode } from './episode.ts';
import type { Episode } from './episode.ts';
import { VELOCITY_LIMITS } from './panda.ts';
import { sceneOf } from './scene.ts';
import { pickUpCup } from './tasks/pickUpCup.ts';
import { pushButton } from './tasks/pushButton.ts';
import type { Task } from './tasks/task.ts';
import { TASKS } from './tasks/tasks.ts';
import { World } from './world.ts';

const SEEDS = [0, 1, 2];
const PATIENCE = 600_000;
const mujoco = loadMujoco();
/** The tower of stack_blocks grows with the variation: two blocks are enough here. */
const variationOf = (task: Task, seed: number) =>
  task.name === 'stack_blocks' ? 3 * seed : seed % task.variations;

/** What the gripper does after starting open (0 closes, 1 opens), and how many keypoints there are. */
const STORIES: Record<string, { gripper: number[]; keypoints: number; frames: [number, number] }> = {
  push_button: { gripper: [0], keypoints: 2, frames: [40, 130] },
  pick_up_cup: { gripper: [0], keypoints: 3, frames: [40, 130] },
  put_rubbish_in_bin: { gripper: [0, 1], keypoints: 5, frames: [80, 200] },
  phone_on_base: { gripper: [0, 1], keypoints: 6, frames: [100, 250] },
  take_lid_off_saucepan: { gripper: [0], keypoints: 3, frames: [40, 130] },
  reach_target: { gripper: [], keypoints: 2, frames: [30, 100] },
  slide_block_to_target: { gripper: [0], keypoints: 3, frames: [40, 150] },
  lamp_on: { gripper: [0], keypoints: 2, frames: [40, 130] },
  open_drawer: { gripper: [0], keypoints: 3, frames: [40, 160] },
  stack_blocks: { gripper: [0, 1, 0, 1], keypoints: 12, frames: [200, 420] },
};

describe.each(TASKS)('$name', (task) => {
  let world: World;
  const episodes: Episode[] = [];
  beforeAll(async () => {
    world = new World(await mujoco, sceneOf(task));
    for (const seed of SEEDS) episodes.push(runEpisode(world, task, seed, variationOf(task, seed)));
  }, PATIENCE);
  afterAll(() => world.delete());

  test('the expert succeeds', () => {
    expect(episodes.map((e) => e.success)).toEqual(SEEDS.map(() => true));
  });

  test(
    'the same seed gives the same demonstration, bit for bit',
    () => {
      const again = runEpisode(world, task, SEEDS[1], variationOf(task, SEEDS[1]));
      expect(again).toEqual(episodes[1]);
      expect(again.demonstration.gripperPose).not.toEqual(episodes[2].demonstration.gripperPose);
    },
    PATIENCE,
  );

  test('a demonstration starts open at rest and moves the gripper within one frame', () => {
    for (const { demonstration: d } of episodes) {
      expect(d.gripperOpen![0]).toBe(1);
      expect(d.jointVelocities!.slice(0, 7)).toEqual(new Float64Array(7));
      const flips = d.gripperOpen!.filter((open, i) => i > 0 && open !== d.gripperOpen![i - 1]);
      const { gripper, frames } = STORIES[task.name];
      expect(Array.from(flips)).toEqual(gripper);
      expect(d.length).toBeGreaterThan(frames[0]);
      expect(d.length).toBeLessThan(frames[1]);
    }
  });

  test('joint velocities stay within the limits of the arm', () => {
    for (const { demonstration: d } of episodes) {
      const shares = d.jointVelocities!.map((v, i) => Math.abs(v) / VELOCITY_LIMITS[i % 7]);
      expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    }
  });

  test('quaternions have unit norm and w >= 0', () => {
    for (const { demonstration: d } of episodes) {
      for (let i = 0; i < d.length; i++) {
        const quaternion = d.gripperPose.slice(7 * i + 3, 7 * i + 7);
        expect(Math.hypot(...quaternion)).toBeCloseTo(1, 9);
        expect(quaternion[3]).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('the arm rests at each waypoint once', () => {
    for (const { demonstration } of episodes) {
      const keypoints = discoverKeypoints(demonstration);
      expect(keypoints).toHaveLength(STORIES[task.name].keypoints);
      expect(keypoints.at(-1)).toBe(demonstration.length - 1);
    }
  });

  test('an unknown variation is refused by name', () => {
    expect(() => runEpisode(world, task, 0, task.variations)).toThrow(`${task.name} has no variation`);
  });

  test('without the expert nothing succeeds', () => {
    const { layout, configurations } = episodes[0];
    task.arrange(world, layout);
    world.setConfiguration(configurations[0]);
    world.step();
    expect(task.succeeded(world, layout)).toBe(false);
  });
});

test('objects are spread over the table, the two cups apart', async () => {
  const { seededRandom } = await import('../demos/random.ts');
  for (const task of [pushButton, pickUpCup]) {
    const places = Array.from({ length: 300 }, (_, i) => task.layout(seededRandom(i), 0).placements);
    const own = places.map((p) => p[task.objects[0]]);
    expect(Math.max(...own.map((p) => p.x)) - Math.min(...own.map((p) => p.x))).toBeGreaterThan(0.35);
    expect(Math.max(...own.map((p) => p.y)) - Math.min(...own.map((p) => p.y))).toBeGreaterThan(0.65);
    for (const { cup, other_cup: other } of places) {
      if (cup) expect(Math.hypot(cup.x - other.x, cup.y - other.y)).toBeGreaterThanOrEqual(0.17);
    }
  }
});

import { expect, test } from 'vitest';
import { fixtures, given } from '../../test/fixtures/fixture.ts';
import { positionAt, type Demonstration, type Vec3 } from '../demos/demonstration.ts';
import { openFiles } from '../demos/openBundle.ts';
import type { Scene } from '../demos/scene.ts';
import { makeQuestions } from './generate.ts';
import { makeOpenQuestions } from './openEnded.ts';
import { DEFAULT_QUESTION_SETTINGS, TABLE_SPACE, type QuestionSettings } from './question.ts';
import { FIXED_LINES } from './prompt.ts';
import { settled, stateSpaceOf } from './stateSpace.ts';
import { reach } from './testing/reach.ts';
import { FULL_LINES } from './wordings.ts';

const SCENE: Scene = { robot: null, frame: null, table: null, position: 'x, y, z of s', gripper: 'g of s' };

function through(...positions: Vec3[]): Demonstration {
  const poses = positions.flatMap((p) => [...p, 0, 0, 0, 1]);
  return { ...reach('a'), length: positions.length, gripperPose: Float64Array.from(poses), scene: SCENE };
}

test("RLBench's table for its own world, for others the span and ten centimetres, rounded outwards", () => {
  expect(stateSpaceOf([reach('a'), reach('b')])).toEqual(TABLE_SPACE);
  expect(stateSpaceOf([])).toEqual(TABLE_SPACE);
  const demos = [through([0.123, -1, 0.1], [0.2, -0.15, -0.1]), through([-2.001, -0.5, 0])];
  expect(stateSpaceOf(demos)).toEqual({ low: [-2.11, -1.1, -0.2], high: [0.3, -0.05, 0.2] });
  const flat = stateSpaceOf([through([0.1, -0.1, 0])]);
  expect(JSON.stringify(flat)).toBe('{"low":[0,-0.2,-0.1],"high":[0.2,0,0.1]}');
  expect(Object.is(flat.high[1], 0)).toBe(true);
});

test('a box of the settings stands, whatever the world', () => {
  const own = { ...DEFAULT_QUESTION_SETTINGS, state_space: TABLE_SPACE };
  expect(settled(own, [through([9, 9, 9])]).state_space).toBe(TABLE_SPACE);
});

const opened = async (...names: string[]) =>
  (await openFiles(given(fixtures(...names)), names[0])).demonstrations;

const OF_RLBENCH = [...Object.values(FIXED_LINES), FULL_LINES.robot_axes].filter((line) =>
  /Franka|Coordinates|table|wrist|measures/.test(line),
);

/** Of prompts of the full wording: what each kind tells between the picture and the position or question. */
const FOREIGN: [string[], string, Record<'waypoint' | 'movement', string[]>][] = [
  [
    ['lerobot_v21.zip'],
    'You assist a robot (panda): you plan its movements and carry them out.',
    {
      waypoint: [
        'Coordinates in metres; the data name no frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.',
        "The robot's position is x, y, z of observation.state, its gripper gripper_openness of observation.state (openness, 0 to 1).",
      ],
      movement: [
        'Coordinates in metres; the data name no frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.',
      ],
    },
  ],
  [
    ['robomimic.hdf5'],
    'You assist a robot (Panda): you plan its movements and carry them out.',
    {
      waypoint: [
        "Coordinates in metres in robosuite's world frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.",
        "The robot's position is x, y, z of robot0_eef_pos, its gripper robot0_gripper_qpos_1 of robot0_gripper_qpos (grows as it opens).",
      ],
      movement: [
        "Coordinates in metres in robosuite's world frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.",
      ],
    },
  ],
  [
    ['maniskill.h5', 'maniskill.json'],
    'You assist a robot: you plan its movements and carry them out.',
    {
      waypoint: [
        "Coordinates in metres in ManiSkill's world frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.",
        "The table's surface is at Z = 0.",
        "The robot's position is x, y, z of extra/tcp_pose, its gripper gripper_left of agent/qpos (grows as it opens).",
      ],
      movement: [
        "Coordinates in metres in ManiSkill's world frame: forward means +X, backward -X, right +Y, left -Y, up +Z, down -Z.",
      ],
    },
  ],
];

const random: QuestionSettings = { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'random', frame_interval: 1 };

test.each(FOREIGN)(
  '%j: wrong positions where its robot goes, and nothing of RLBench told',
  async (names, role, told) => {
    const demos = await opened(...names);
    const { low, high } = stateSpaceOf(demos);
    for (const [axis, bound] of low.entries()) {
      const all = demos.flatMap((demo) =>
        Array.from({ length: demo.length }, (_, i) => positionAt(demo, i)[axis]),
      );
      const [least, most] = [Math.min(...all), Math.max(...all)];
      expect(least - bound).toBeGreaterThan(0.0999);
      expect(least - bound).toBeLessThan(0.1101);
      expect(high[axis] - most).toBeGreaterThan(0.0999);
      expect(high[axis] - most).toBeLessThan(0.1101);
    }
    const questions = makeQuestions(demos, random);
    for (const { points, prompt } of questions) {
      for (const p of points ?? [])
        expect(p.every((v, axis) => v >= low[axis] && v <= high[axis])).toBe(true);
      for (const line of OF_RLBENCH) expect(prompt).not.toContain(line);
    }
    for (const kind of ['waypoint', 'movement'] as const) {
      const lines = questions.find((q) => q.kind === kind)!.prompt.split('\n');
      expect(lines[0]).toBe(role);
      expect(lines.slice(3, 3 + told[kind].length)).toEqual(told[kind]);
      expect(lines[3 + told[kind].length]).toMatch(/^Current position of the robot: |^From the image: /);
    }
    const [{ prompt }] = makeOpenQuestions(demos, DEFAULT_QUESTION_SETTINGS);
    expect(prompt.split('\n').slice(3, 3 + told.waypoint.length)).toEqual(told.waypoint);
    const compact = makeQuestions(demos, { ...random, prompt_wording: 'compact' });
    for (const q of compact) expect(q.prompt).not.toContain('0.752');
  },
);

test('left and right follow the viewpoint; without metadata nothing of the scene is told', () => {
  const demo = { ...reach('a'), scene: { ...SCENE, frame: 'its frame', table: 0.8 } };
  const of = (changes: Partial<QuestionSettings>) =>
    makeQuestions([demo], { ...random, ...changes })[0].prompt;
  expect(of({})).toContain('right +Y, left -Y');
  expect(of({ viewpoint: 'robot' })).toContain('right -Y, left +Y');
  expect(of({ viewpoint: 'robot', prompt_wording: 'compact' })).toContain(
    'Axes (m, its frame): forward +x, right -y, up +z; table at z 0.8.',
  );
  const bare = of({ metadata_in_prompt: false });
  expect(bare).not.toMatch(/metres|surface|gripper/);
  expect(bare).toContain('You assist a robot: you plan');
});

test('mirrored about the middle of the box where no table is known', () => {
  const demo = { ...reach('a'), scene: SCENE };
  const { low, high } = stateSpaceOf([demo]);
  const questions = makeQuestions([demo], {
    ...random,
    difficulty: 'hard',
    hard_negatives: ['mirrored_table'],
    option_count: 2,
    min_distance: 0.02,
    kinds: ['waypoint'],
  });
  const mirrored = questions.filter(({ points, target }) =>
    points!.some((p) => Math.abs(p[1] - (low[1] + high[1] - target[1])) < 1e-9 && p[2] === target[2]),
  );
  expect(mirrored.length).toBeGreaterThan(questions.length / 2);
});

test('names from a file stay on their line, short, and leave the prompt its one picture', () => {
  const hostile = 'x\n[[A]] <image> '.repeat(40);
  const demo = { ...reach('a'), scene: { ...SCENE, position: hostile.replace(/\s+/g, ' ').slice(0, 120) } };
  for (const { prompt } of makeQuestions([demo], random)) expect(prompt.split('<image>')).toHaveLength(2);
});

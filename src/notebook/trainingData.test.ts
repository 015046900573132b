import { expect, test } from 'vitest';
import type { Bundle, Demonstration } from '../demos/demonstration.ts';
import { DEFAULT_QUESTION_SETTINGS, type QuestionSettings } from '../questions/question.ts';
import type { Edits } from '../questions/edits.ts';
import { makeQuestions } from '../questions/generate.ts';
import { trainingData } from './trainingData.ts';

const plain = (bundle: Bundle) => ({ bundle, opened: null, edits: new Map() as Edits });
const here = (...given: Parameters<typeof makeQuestions>) => Promise.resolve(makeQuestions(...given));

function demonstration(task: string, episode: number): Demonstration {
  const length = 40;
  const gripperPose = new Float64Array(7 * length);
  for (let i = 0; i < length; i++) gripperPose.set([0.1 + 0.005 * i, 0.01 * episode, 1.2, 0, 0, 0, 1], 7 * i);
  return {
    id: `${task}/variation0/episode${episode}`,
    task,
    variation: 0,
    descriptions: ['push the button'],
    fps: 20,
    length,
    gripperPose,
    gripperOpen: new Float64Array(length).fill(1),
    jointPositions: null,
    jointVelocities: new Float64Array(7 * length).fill(1),
    cameras: {},
  };
}

function bundle(...demonstrations: Demonstration[]): Bundle {
  return {
    name: 'a.zip',
    format: 'rlbench',
    demonstrations,
    remarks: [],
    frames: { read: () => Promise.reject(new Error('no pictures here')) },
  };
}

test('no demonstration stands on both sides, and kinds come in turn', async () => {
  const all = ['push_button', 'pick_up_cup'].flatMap((task) =>
    [0, 1, 2, 3].map((i) => demonstration(task, i)),
  );
  const { train, heldOut } = await trainingData(
    plain(bundle(...all)),
    DEFAULT_QUESTION_SETTINGS,
    0.25,
    6,
    here,
  );
  const trained = new Set(train.map((q) => q.demonstration));
  expect(heldOut.some((q) => trained.has(q.demonstration))).toBe(false);
  expect(heldOut.map((q) => q.kind)).toEqual([
    ...['waypoint', 'current_state', 'movement'],
    ...['waypoint', 'current_state', 'movement'],
  ]);
});

test('one demonstration alone cannot be trained on', async () => {
  const one = bundle(demonstration('push_button', 0));
  await expect(trainingData(plain(one), DEFAULT_QUESTION_SETTINGS, 0.25, 6, here)).rejects.toThrow(
    'a.zip has no task with two demonstrations',
  );
});

const four = bundle(...[0, 1, 2, 3].map((i) => demonstration('push_button', i)));

test("another robot's wrong positions are drawn from one box on both sides, that of all its demonstrations", async () => {
  const scene = { robot: null, frame: null, table: null, position: 'x, y, z of s', gripper: 'g of s' };
  const demonstrations = four.demonstrations.map((demo) => ({ ...demo, scene }));
  const asked: QuestionSettings[] = [];
  const noted = (demos: Demonstration[], settings: QuestionSettings) => {
    asked.push(settings);
    return here(demos, settings);
  };
  await trainingData(plain(bundle(...demonstrations)), DEFAULT_QUESTION_SETTINGS, 0.25, 6, noted);
  const box = { low: [0, -0.1, 1.1], high: [0.4, 0.13, 1.3] };
  expect(asked.map(({ state_space }) => state_space)).toEqual([box, box]);
});

test('edits reach both sides: dropped questions are not asked, changed ones as changed', async () => {
  const before = await trainingData(plain(four), DEFAULT_QUESTION_SETTINGS, 0.25, Infinity, here);
  const [dropped, changed] = before.train;
  const held = before.heldOut[0];
  const options = changed.options.map((text, i) => (i === 1 ? '[0.111, 0.222, 0.999]' : text));
  const edits: Edits = new Map([
    [dropped.id, { dropped: true }],
    [held.id, { dropped: true }],
    [changed.id, { dropped: false, of: changed.prompt, options, answer: 'B' }],
  ]);
  const source = { bundle: four, opened: null, edits };
  const after = await trainingData(source, DEFAULT_QUESTION_SETTINGS, 0.25, Infinity, here);
  expect(after.train.length).toBe(before.train.length - 1);
  expect(after.heldOut.map((q) => q.id)).not.toContain(held.id);
  const now = after.train.find((q) => q.id === changed.id)!;
  expect([now.answer, now.options[1]]).toEqual(['B', '[0.111, 0.222, 0.999]']);
  expect(now.prompt).toContain('[[B]] [0.111, 0.222, 0.999]');
});

test('questions of a file take the place of made ones, split by their demonstrations', async () => {
  const questions = makeQuestions(four.demonstrations, DEFAULT_QUESTION_SETTINGS).filter((_, i) => i % 2);
  const source = { bundle: bundle(), opened: { name: 'q.jsonl', questions }, edits: new Map() as Edits };
  const never = () => Promise.reject(new Error('no question is to be made'));
  const { train, heldOut } = await trainingData(source, DEFAULT_QUESTION_SETTINGS, 0.25, Infinity, never);
  expect([...train, ...heldOut].map((q) => q.id).sort()).toEqual(questions.map((q) => q.id).sort());
  const trained = new Set(train.map((q) => q.demonstration));
  expect(trained.size).toBe(3);
  expect(heldOut.some((q) => trained.has(q.demonstration))).toBe(false);
});

test('a side of which every question was dropped is an error that says so', async () => {
  const all = makeQuestions(four.demonstrations, DEFAULT_QUESTION_SETTINGS);
  const edits: Edits = new Map(all.map((q) => [q.id, { dropped: true }]));
  const source = { bundle: four, opened: null, edits };
  await expect(trainingData(source, DEFAULT_QUESTION_SETTINGS, 0.25, 6, here)).rejects.toThrow(
    'a.zip has no question to train on, all were dropped by hand',
  );
});

import { expect, test } from 'vitest';
import type { Bundle, Demonstration } from '../demos/demonstration.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import { makeQuestions } from '../questions/generate.ts';
import { trainingData } from './trainingData.ts';

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
  const { train, heldOut } = await trainingData(bundle(...all), DEFAULT_QUESTION_SETTINGS, 0.25, 6, here);
  const trained = new Set(train.map((q) => q.demonstration));
  expect(heldOut.some((q) => trained.has(q.demonstration))).toBe(false);
  expect(heldOut.map((q) => q.kind)).toEqual([
    ...['waypoint', 'current_state', 'movement'],
    ...['waypoint', 'current_state', 'movement'],
  ]);
});

test('one demonstration alone cannot be trained on', async () => {
  const one = bundle(demonstration('push_button', 0));
  await expect(trainingData(one, DEFAULT_QUESTION_SETTINGS, 0.25, 6, here)).rejects.toThrow(
    'a.zip has no task with two demonstrations',
  );
});

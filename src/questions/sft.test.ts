import { expect, test } from 'vitest';
import { planAt, TASK_PLANS } from './plans.ts';
import { DEFAULT_QUESTION_SETTINGS } from './question.ts';
import { conversationRow, makeSftExamples } from './sft.ts';
import { reach } from './testing/reach.ts';

const CUP = { ...reach('a'), task: 'pick_up_cup' };
const make = (form: 'direct' | 'cot', demo = CUP) => makeSftExamples([demo], DEFAULT_QUESTION_SETTINGS, form);

test('a direct answer is the position and nothing else', () => {
  for (const { response } of make('direct')) expect(response).toMatch(/^\[(-?\d\.\d{3}(, )?){3}\]$/);
});

test('a reasoned answer holds plan, subtask, movement and position', () => {
  const [waypoint, state] = make('cot');
  expect(waypoint.response.split('\n')).toEqual([
    `Plan: ${TASK_PLANS.pick_up_cup.map(({ text }, i) => `${i + 1}. ${text}.`).join(' ')}`,
    `Subtask: ${TASK_PLANS.pick_up_cup[0].text}.`,
    'Move: slightly move forward, slightly move right, and move down.',
    'Answer: [0.340, 0.120, 0.870]',
  ]);
  expect(state.kind).toBe('current_state');
  expect(state.response).not.toContain('Move:');
});

test('the subtask follows the gripper', () => {
  const subtasks = make('cot').map(({ frame, response }) => [frame, /Subtask: (.*)\./.exec(response)![1]]);
  for (const [frame, text] of subtasks)
    expect(text).toBe(TASK_PLANS.pick_up_cup[Number(frame) < 60 ? 0 : 2].text);
});

test('keypoints passed lead from step to step, never beyond those the gripper allows', () => {
  const demo = { task: 'phone_on_base', gripperOpen: Float64Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1) };
  const now = Array.from({ length: 11 }, (_, frame) => planAt(demo, frame, [2, 4, 6, 7, 9, 10]).now);
  expect(now).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5]);
});

test('a task without a plan gets a step a keypoint', () => {
  const { steps, now } = planAt(
    { task: 'juggle', gripperOpen: Float64Array.of(1, 1, 0, 0, 1) },
    2,
    [1, 2, 4],
  );
  expect(steps).toEqual([
    'Bring the gripper to the next position',
    'Bring the gripper there and close it',
    'Bring the gripper there and open it',
  ]);
  expect(now).toBe(2);
});

test('rows are conversations with one picture', () => {
  const [example] = make('direct');
  expect(conversationRow(example, 'images/a_front_0.png')).toEqual({
    id: 'a/0/waypoint/direct',
    image: 'images/a_front_0.png',
    conversations: [
      { from: 'human', value: example.prompt },
      { from: 'gpt', value: example.response },
    ],
  });
});

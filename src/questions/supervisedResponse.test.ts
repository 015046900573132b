import { expect, test } from 'vitest';
import { KINDS, type Question } from './question.ts';
import { scoreResponse } from './reward.ts';
import { RESPONSE_FORMS, supervisedResponse } from './supervisedResponse.ts';

const question = (kind: Question['kind']): Question => ({
  id: `d/10/${kind}`,
  kind,
  demonstration: 'd',
  task: 'push_button',
  frame: 10,
  camera: 'front',
  prompt: '<image>',
  options:
    kind === 'movement'
      ? ['move up', 'move left and move down', 'move right', 'move down']
      : ['a', 'b', 'c', 'd'],
  points: null,
  answer: 'B',
  state: [0.254, -0.001, 1.154],
  keypoint: 20,
  target: [0.1, -0.2, 0.8],
});

test.each(KINDS)('both forms of %s earn the full reward', (kind) => {
  for (const form of RESPONSE_FORMS)
    expect(scoreResponse(supervisedResponse(question(kind), form), 'B')).toMatchObject({
      format: 1,
      accuracy: 1,
    });
});

test('a reasoned response names what the question is about', () => {
  expect(supervisedResponse(question('current_state'), 'reasoned')).toBe(
    '<think>Looking closely, the gripper is at [0.25, 0.00, 1.15].</think> <answer>[[B]]</answer>',
  );
  expect(supervisedResponse(question('movement'), 'reasoned')).toContain(
    'the next waypoint is near [0.10, -0.20, 0.80]. So move left and move down.',
  );
});

import { expect, test } from 'vitest';
import { closeness, makeOpenQuestions, readPosition, scoreOpenResponse } from './openEnded.ts';
import { makeQuestions } from './generate.ts';
import { splitAtImage } from './prompt.ts';
import { DEFAULT_QUESTION_SETTINGS, formatPosition } from './question.ts';
import { reach } from './testing/reach.ts';

const QUESTIONS = makeOpenQuestions([reach('a')], DEFAULT_QUESTION_SETTINGS);

test('asks waypoint and current state at every tenth frame, without options', () => {
  expect(QUESTIONS).toHaveLength(10 * 2);
  expect(new Set(QUESTIONS.map((q) => q.id)).size).toBe(20);
  for (const q of QUESTIONS) {
    expect(q.prompt).not.toContain('[[');
    expect(splitAtImage(q.prompt)).toHaveLength(2);
    expect(q.answer).toBe(formatPosition(q.kind === 'waypoint' ? q.target : q.state));
    expect(q.prompt.includes('Current position')).toBe(q.kind === 'waypoint');
  }
});

test('asks where makeQuestions asks: each kind its share of the frames, with the camera there is', () => {
  const settings = {
    ...DEFAULT_QUESTION_SETTINGS,
    kind_shares: { waypoint: 1, current_state: 0.3, movement: 0.5 },
  };
  const asked = makeQuestions([reach('a')], settings).filter(({ kind }) => kind !== 'movement');
  expect(asked.length).toBeLessThan(20);
  const open = makeOpenQuestions([reach('a')], settings);
  expect(open.map(({ id }) => id)).toEqual(asked.map(({ id }) => `${id}/open`));
  const wrist = { ...DEFAULT_QUESTION_SETTINGS, camera: 'wrist' };
  expect(() => makeOpenQuestions([reach('a')], wrist)).toThrow('has no camera wrist');
});

test('accuracy is one less the L1 distance in metres, never below zero', () => {
  expect(closeness([0.1, 0.2, 1], [0.1, 0.2, 1])).toBe(1);
  expect(closeness([0.1, 0.2, 1], [0.2, 0, 1.3])).toBeCloseTo(0.4, 12);
  expect(closeness([0, 0, 0], [1, 1, 1])).toBe(0);
  const say = (answer: string) => `<think>near</think><answer>${answer}</answer>`;
  expect(scoreOpenResponse(say(' [0.1, -0.2, 1] '), [0.1, -0.2, 0.9])).toMatchObject({ format: 1 });
  expect(scoreOpenResponse(say('[0.1, -0.2, 1]'), [0.1, -0.2, 0.9]).total).toBeCloseTo(1.9, 12);
  expect(scoreOpenResponse(say('[[A]]'), [0, 0, 0])).toEqual({ format: 1, accuracy: 0, total: 1 });
  expect(scoreOpenResponse('[0, 0, 0]', [0, 0, 0])).toEqual({ format: 0, accuracy: 0, total: 0 });
});

test.each([
  '',
  '[0, 0]',
  '[0, 0, 0, 0]',
  '[[0, 0, 0]]',
  '[a, b, c]',
  '[NaN, 0, 0]',
  '[0, 0, 1e3]',
  'at [0, 0, 0]',
])('"%s" is no position', (text) => expect(readPosition(text)).toBeNull());

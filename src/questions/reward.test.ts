import { expect, test } from 'vitest';
import { parseResponse, scoreResponse } from './reward.ts';

test('format and accuracy are rewarded each by itself', () => {
  expect(scoreResponse('<think> near </think> <answer> [[A]] </answer>', 'A')).toEqual({
    format: 1,
    accuracy: 1,
    total: 2,
  });
  expect(scoreResponse('<think> near </think> <answer> [[B]] </answer>', 'A')).toEqual({
    format: 1,
    accuracy: 0,
    total: 1,
  });
  expect(scoreResponse('<answer>[[A]]</answer>', 'A')).toEqual({ format: 0, accuracy: 1, total: 1 });
});

test('weights are applied to each', () => {
  const weights = { format: 0.1, accuracy: 0.9 };
  expect(scoreResponse('<think></think><answer>[[C]]</answer>', 'C', weights).total).toBeCloseTo(1);
  expect(scoreResponse('<think></think><answer>[[C]]</answer>', 'D', weights).total).toBeCloseTo(0.1);
});

const WELL_FORMED: [string, string, 'A' | 'B' | 'C' | 'D' | null][] = [
  ['blanks and line ends around and between', '\n <think>\na\n</think>\n\n<answer>\n[[D]]\n</answer>\n', 'D'],
  ['an empty thought', '<think></think><answer>[[A]]</answer>', 'A'],
  ['no letter', '<think>a</think><answer>A</answer>', null],
  ['a letter beyond D', '<think>a</think><answer>[[E]]</answer>', null],
  ['a small letter', '<think>a</think><answer>[[a]]</answer>', null],
  ['two letters', '<think>a</think><answer>[[A]] [[B]]</answer>', null],
  ['single brackets', '<think>a</think><answer>[A]</answer>', null],
  ['the option beside its letter', '<think>a</think><answer>[[A]] [0.1, 0.2, 0.3]</answer>', null],
  ['an empty answer', '<think>a</think><answer></answer>', null],
  ['a letter only in the thought', '<think>[[B]]</think><answer>none</answer>', null],
];

test.each(WELL_FORMED)('in the format: %s', (_, text, letter) => {
  expect(parseResponse(text)).toMatchObject({ wellFormed: true, letter });
});

const MALFORMED: [string, string, 'A' | 'B' | 'C' | 'D' | null][] = [
  ['nothing', '', null],
  ['only a letter', '[[A]]', null],
  ['no thought', '<answer>[[A]]</answer>', 'A'],
  ['no answer', '<think>[[A]]</think>', null],
  ['thought not closed', '<think>a<answer>[[A]]</answer>', 'A'],
  ['answer not closed', '<think>a</think><answer>[[A]]', null],
  ['answer not opened', '<think>a</think>[[A]]</answer>', null],
  ['answer before thought', '<answer>[[A]]</answer><think>a</think>', 'A'],
  ['two thoughts', '<think>a</think><think>b</think><answer>[[A]]</answer>', 'A'],
  ['two answers', '<think>a</think><answer>[[A]]</answer><answer>[[B]]</answer>', null],
  ['the same answer twice', '<think>a</think><answer>[[A]]</answer><answer>[[A]]</answer>', null],
  ['an answer inside the thought', '<think><answer>[[A]]</answer></think>', 'A'],
  [
    'an answer inside and after the thought',
    '<think><answer>[[A]]</answer></think><answer>[[B]]</answer>',
    null,
  ],
  ['a thought inside the answer', '<think>a</think><answer><think>b</think>[[A]]</answer>', null],
  ['words before', 'Sure! <think>a</think><answer>[[A]]</answer>', 'A'],
  ['words between', '<think>a</think> so <answer>[[A]]</answer>', 'A'],
  ['words after', '<think>a</think><answer>[[A]]</answer> done', 'A'],
  ['large tags', '<THINK>a</THINK><ANSWER>[[A]]</ANSWER>', null],
  ['blanks in tags', '<think >a</think><answer>[[A]]</answer>', 'A'],
  ['tags out of order', '</think>a<think><answer>[[A]]</answer>', 'A'],
  ['nested answers', '<think>a</think><answer><answer>[[A]]</answer></answer>', null],
];

test.each(MALFORMED)('not in the format: %s', (_, text, letter) => {
  expect(parseResponse(text)).toMatchObject({ wellFormed: false, letter });
});

test.each(['<think>', '<think></think><answer>', '</think><answer>', '<answer></answer>', '<think> '])(
  'a degenerate response that repeats "%s" is parsed in a moment',
  (repeated) => {
    const started = process.cpuUsage();
    expect(parseResponse(`<think>${repeated.repeat(2000)}`)).toMatchObject({
      wellFormed: false,
      letter: null,
    });
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(1);
  },
);

import { expect, test } from 'vitest';
import { responseParts } from './responseParts.ts';

const shown = (tokens: string[]) =>
  responseParts(tokens).map((s) => [s.part, tokens.slice(s.from, s.to).join('')]);

test('a whole response falls into tags, thought and answer', () => {
  expect(shown(['<think>', ' go', ' up', ' </think>', ' <answer>', ' [[B]]', ' </answer>'])).toEqual([
    ['tag', '<think>'],
    ['think', ' go up'],
    ['tag', ' </think> <answer>'],
    ['answer', ' [[B]]'],
    ['tag', ' </answer>'],
  ]);
});

test('tags may be split over tokens', () => {
  expect(shown(['<', 'think', '>', 'go', '</', 'think', '>'])).toEqual([
    ['tag', '<think>'],
    ['think', 'go'],
    ['tag', '</think>'],
  ]);
});

test('an unfinished thought is a thought, and text without tags is outside', () => {
  expect(shown(['<think>', 'the', ' grip'])).toEqual([
    ['tag', '<think>'],
    ['think', 'the grip'],
  ]);
  expect(shown(['hello', ' '])).toEqual([['outside', 'hello ']]);
  expect(shown([])).toEqual([]);
});

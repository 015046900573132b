import { expect, test } from 'vitest';
import type { Kind } from '../../questions/question.ts';
import { scoreResponse } from '../../questions/reward.ts';
import type { GroupRecord, StepRecord } from '../../training/stepRecord.ts';
import { filterTraces, lengthThirds, NO_FILTER, tracesJsonl, tracesOf } from './traces.ts';

function group(kind: Kind, texts: string[]): GroupRecord {
  return {
    question: `demo/0/${kind}`,
    kind,
    answer: 'B',
    zeroVariance: texts.length === 1,
    responses: texts.map((text) => ({
      text,
      tokens: text.split(/(?= )/),
      logprobs: [],
      reward: scoreResponse(text, 'B'),
      advantage: 0,
      terminated: true,
      letters: null,
    })),
  };
}

const RIGHT = '<think> Down to the Cup </think> <answer> [[B]] </answer>';
const WRONG = '<think> up </think> <answer> [[A]] </answer>';
const BROKEN = 'no idea';
const RECORDS: StepRecord[] = [
  {
    step: 1,
    metrics: {},
    seconds: 1,
    groups: [group('waypoint', [RIGHT, WRONG]), group('movement', [BROKEN])],
  },
  { step: 2, metrics: {}, seconds: 1, groups: [group('movement', [RIGHT, BROKEN, WRONG])] },
];
const traces = tracesOf(RECORDS);
const titles = (filter: Partial<typeof NO_FILTER>) =>
  filterTraces(traces, { ...NO_FILTER, ...filter }).map((t) => `${t.step}.${t.group}.${t.place}`);

test('every response of every step, with its place and the letter it gave', () => {
  expect(titles({})).toEqual(['1.1.1', '1.1.2', '1.2.1', '2.1.1', '2.1.2', '2.1.3']);
  expect(traces.map((t) => t.letter)).toEqual(['B', 'A', null, 'B', null, 'A']);
});

test.each([
  [{ text: ' cup ' }, ['1.1.1', '2.1.1']],
  [{ kind: 'waypoint' }, ['1.1.1', '1.1.2']],
  [{ answer: 'right' }, ['1.1.1', '2.1.1']],
  [{ answer: 'wrong', format: 'kept' }, ['1.1.2', '2.1.3']],
  [{ format: 'broken' }, ['1.2.1', '2.1.2']],
  [{ length: 'short' }, ['1.2.1', '2.1.2']],
  [{ length: 'middling' }, ['1.1.2', '2.1.3']],
  [{ length: 'long', kind: 'movement' }, ['2.1.1']],
  [{ text: 'nowhere' }, []],
  [{ steps: '2' }, ['2.1.1', '2.1.2', '2.1.3']],
  [{ steps: ' 1 - 2 ', format: 'broken' }, ['1.2.1', '2.1.2']],
  [{ steps: '3-9' }, []],
  [{ steps: 'two', answer: 'right' }, ['1.1.1', '2.1.1']],
  [{ group: 'discarded' }, ['1.2.1']],
  [{ group: 'learned', steps: '1' }, ['1.1.1', '1.1.2']],
] as const)('filter %j', (filter, expected) => {
  expect(titles(filter)).toEqual(expected);
});

test('thirds of the lengths', () => {
  expect(lengthThirds(traces)).toEqual([2, 6]);
  expect(lengthThirds([])).toEqual([0, 0]);
});

test('JSONL: a line a trace, the response beside what it answers', () => {
  const lines = tracesJsonl(traces).trimEnd().split('\n');
  expect(lines).toHaveLength(6);
  expect(JSON.parse(lines[0])).toMatchObject({
    step: 1,
    question: 'demo/0/waypoint',
    letter: 'B',
    text: RIGHT,
  });
});

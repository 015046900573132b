import { expect, test } from 'vitest';
import { wordDiff } from './wordDiff.ts';

const PAIRS = [
  ['the cup is left', 'the cup is right'],
  ['', 'all new'],
  ['a  b\nc ', 'a  b\nc '],
  ['x the gripper moves down', 'the gripper slowly moves'],
];

test('a changed word', () => {
  expect(wordDiff('the cup is left', 'the cup is right')).toEqual([
    { side: 'both', text: 'the cup is ' },
    { side: 'first', text: 'left' },
    { side: 'second', text: 'right' },
  ]);
});

test.each(PAIRS)('%j and %j come back when the other is left out', (first, second) => {
  const parts = wordDiff(first, second);
  const without = (side: string) =>
    parts
      .filter((p) => p.side !== side)
      .map((p) => p.text)
      .join('');
  expect(without('second')).toBe(first);
  expect(without('first')).toBe(second);
});

test('as much as possible is shared', () => {
  const shared = wordDiff('a b c d', 'b d a c d').filter((p) => p.side === 'both');
  expect(shared.flatMap((p) => p.text.trim().split(/\s+/)).filter(Boolean)).toHaveLength(3);
});

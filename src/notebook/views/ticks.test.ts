import { expect, test } from 'vitest';
import { tickWords, ticks } from './ticks.ts';

test.each([
  [0, 1, 4, [0, 0.5, 1]],
  [0, 40, 5, [0, 10, 20, 30, 40]],
  [-0.013, 0.021, 4, [-0.01, 0, 0.01, 0.02]],
  [3, 3, 4, [3]],
])('%d to %d with room for %d', (low, high, most, wanted) => {
  const found = ticks(low, high, most);
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 12));
});

test('steps are whole', () => {
  expect(ticks(0, 2, 8, true)).toEqual([0, 1, 2]);
});

test('words tell neighbours apart', () => {
  expect(tickWords([0, 0.5, 1])).toEqual(['0.0', '0.5', '1.0']);
  expect(tickWords([-0.01, 0, 0.01])).toEqual(['-0.01', '0.00', '0.01']);
  expect(tickWords([0, 200_000])).toEqual(['0', '2e+5']);
  expect(tickWords([0, 2e-5])).toEqual(['0', '2e-5']);
});

import { expect, test } from 'vitest';
import { tokenTint } from './tokenTint.ts';

const FACTS = { logprob: Math.log(0.25), entropy: 0.5, advantage: -1 };

test('unlikely, undecided, pushed hard', () => {
  expect(tokenTint('probability', FACTS)).toBeCloseTo(0.75, 12);
  expect(tokenTint('entropy', FACTS)).toBe(0.25);
  expect(tokenTint('advantage', FACTS)).toBe(0.5);
});

test('never more than full, and nothing where nothing is known', () => {
  expect(tokenTint('entropy', { ...FACTS, entropy: 9 })).toBe(1);
  expect(tokenTint('entropy', { ...FACTS, entropy: null })).toBe(0);
  expect(tokenTint('probability', { ...FACTS, logprob: -Infinity })).toBe(1);
});

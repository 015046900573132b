import { expect, test } from 'vitest';
import { changeText, mcnemarText } from './pairedText.ts';

test('a change says its sign and its interval', () => {
  expect(changeText({ value: -0.031, low: -0.139, high: 0.077, n: 96 })).toBe('−3.1 (−13.9 to +7.7)');
});

test('no question changed: no interval without width', () => {
  expect(changeText({ value: 0, low: 0, high: 0, n: 24 })).toBe('the same on all 24');
});

test('a p too small for its digits is not said to be zero', () => {
  expect(mcnemarText(0.7)).toBe('McNemar\u00a0p\u00a0=\u00a00.700');
  expect(mcnemarText(0.0004)).toBe('McNemar\u00a0p\u00a0<\u00a00.001');
});

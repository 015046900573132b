import { expect, test } from 'vitest';
import { imageTokens, promptTokenBound } from './promptLength.ts';

test("image tokens after EasyR1's and Qwen's resizing", () => {
  const square = { width: 224, height: 224 };
  expect(imageTokens(square, 262144, 4194304)).toBe(18 * 18);
  expect(imageTokens(square, 50176, 4194304)).toBe(8 * 8);
  expect(imageTokens({ width: 640, height: 480 }, 262144, 4194304)).toBe(23 * 17);
  expect(imageTokens({ width: 4096, height: 4096 }, 262144, 4194304)).toBe(73 * 73);
});

test('the longest prompt counts, in bytes', () => {
  expect(promptTokenBound(['a', 'é'.repeat(10)], 100)).toBe(20 + 100 + 64);
});

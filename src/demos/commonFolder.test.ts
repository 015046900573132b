import { expect, test } from 'vitest';
import { commonFolder } from './commonFolder.ts';

test('the longest folder that all paths begin with', () => {
  expect(commonFolder([])).toBe('');
  expect(commonFolder(['a/b.h5'])).toBe('a/');
  expect(commonFolder(['a/b/c.h5', 'a/b/d.h5'])).toBe('a/b/');
  expect(commonFolder(['set/train/x', 'set/training/x'])).toBe('set/');
  expect(commonFolder(['a/b/c', 'a/b'])).toBe('a/');
  expect(commonFolder(['a/b', 'c'])).toBe('');
});

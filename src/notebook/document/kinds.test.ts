import { expect, test } from 'vitest';
import { freeId, titleOf } from './kinds.ts';

test('an id is a kind and a number, and so is the name', () => {
  expect(freeId('train', [])).toBe('train');
  expect(freeId('train', ['ask', 'train', 'train-3'])).toBe('train-2');
  expect(freeId('train', ['train', 'train-2', 'train-3'])).toBe('train-4');
  expect(titleOf('train')).toBe('Train');
  expect(titleOf('train-12')).toBe('Train 12');
});

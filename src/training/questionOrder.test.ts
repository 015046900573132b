import { expect, test } from 'vitest';
import { drawFrom } from './questionOrder.ts';

const ITEMS = [...'abcdefg'];

test('an epoch holds every item once', () => {
  expect(drawFrom(ITEMS, 1, 0, 7).sort()).toEqual(ITEMS);
  expect(drawFrom(ITEMS, 1, 7, 7).sort()).toEqual(ITEMS);
  expect(drawFrom(ITEMS, 1, 7, 7)).not.toEqual(drawFrom(ITEMS, 1, 0, 7));
});

test('draws in parts equal one draw, across epochs too', () => {
  const whole = drawFrom(ITEMS, 3, 0, 30);
  const parts = [0, 4, 9, 10, 25].map((at, i, all) => drawFrom(ITEMS, 3, at, (all[i + 1] ?? 30) - at));
  expect(parts.flat()).toEqual(whole);
});

test('the seed decides the order', () => {
  expect(drawFrom(ITEMS, 1, 0, 7)).not.toEqual(drawFrom(ITEMS, 2, 0, 7));
});

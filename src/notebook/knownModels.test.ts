import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isKnown, remember } from './knownModels.ts';
import { EMBEDDED } from './loadModel.ts';

const kept = new Map<string, string>();

beforeEach(() =>
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }),
);
afterEach(() => {
  vi.unstubAllGlobals();
  kept.clear();
});

test('the embedded model is known, another one once it was loaded, and not for ever', () => {
  expect([isKnown(EMBEDDED), isKnown('a')]).toEqual([true, false]);
  remember('a');
  expect(isKnown('a')).toBe(true);
  for (let i = 0; i < 50; i++) remember(`other ${i}`);
  expect(isKnown('a')).toBe(false);
});

test('what is damaged or cannot be kept is forgotten', () => {
  kept.set('models', '{');
  expect(isKnown('a')).toBe(false);
  vi.stubGlobal('localStorage', {
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    },
  });
  remember('a');
  expect(isKnown('a')).toBe(false);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PACES, TokenWalk } from './tokenWalk.svelte.ts';

/** Two responses, of three tokens and of two. */
function lab() {
  const at = {
    lengths: [3, 2],
    response: 0,
    token: 0,
    choose(response: number, token: number) {
      [at.response, at.token] = [response, token];
    },
  };
  return at;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('steps lead over every token of every response, and end', () => {
  const at = lab();
  const walk = new TokenWalk(at);
  const places = [];
  while (walk.step()) places.push([at.response, at.token]);
  expect(places).toEqual([
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
  ]);
});

test.each(['slow', 'run'] as const)('%s: a token each time, then it rests', (pace) => {
  const at = lab();
  const walk = new TokenWalk(at);
  walk.start(pace);
  expect([walk.pace, at.response, at.token]).toEqual([pace, 0, 1]);
  vi.advanceTimersByTime(PACES[pace] - 1);
  expect([at.response, at.token]).toEqual([0, 1]);
  vi.advanceTimersByTime(1);
  expect([at.response, at.token]).toEqual([0, 2]);
  vi.advanceTimersByTime(3 * PACES[pace]);
  expect([walk.pace, at.response, at.token]).toEqual([null, 1, 1]);
  expect(vi.getTimerCount()).toBe(0);
  walk.start(pace);
  expect([at.response, at.token]).toEqual([0, 0]);
});

test('stopped, or set to another pace, the old one ends', () => {
  const at = lab();
  const walk = new TokenWalk(at);
  walk.start('run');
  walk.start('slow');
  expect(vi.getTimerCount()).toBe(1);
  walk.stop();
  expect(walk.pace).toBeNull();
  vi.runAllTimers();
  expect([at.response, at.token]).toEqual([0, 2]);
});

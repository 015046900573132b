import { expect, test } from 'vitest';
import { seededRandom } from '../demos/random.ts';
import { ALL_MOVEMENTS, axesApart, sayMovement, readMovement } from './movement.ts';
import { movementDistractors } from './movementDistractors.ts';
import { DEFAULT_QUESTION_SETTINGS, type QuestionSettings } from './question.ts';

const draw = (right: (typeof ALL_MOVEMENTS)[number], changes: Partial<QuestionSettings>) =>
  movementDistractors(seededRandom(0, right.join()), right, { ...DEFAULT_QUESTION_SETTINGS, ...changes });

test('hard ones and the right one differ on one axis from one of them, of however many options', () => {
  for (const option_count of [2, 4, 8])
    for (const right of ALL_MOVEMENTS) {
      const wrong = draw(right, { difficulty: 'hard', option_count });
      expect(new Set(wrong.map(String)).size).toBe(option_count - 1);
      const options = [right, ...wrong];
      const middles = options.filter((m) => options.every((other) => axesApart(m, other) <= 1));
      expect(middles.length).toBeGreaterThan(0);
    }
});

test('of hard options each is in the middle as often, wherever it stands among them', () => {
  const random = seededRandom(0, 'middles');
  const settings = { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'hard' as const };
  const counts = [0, 0, 0, 0];
  for (let draws = 0; draws < 4000; draws++) {
    const right = ALL_MOVEMENTS[draws % ALL_MOVEMENTS.length];
    const options = [right, ...movementDistractors(random, right, settings)];
    const middles = options.map((m) => options.every((other) => axesApart(m, other) <= 1));
    const all = middles.filter(Boolean).length;
    middles.forEach((is, place) => (counts[place] += is ? 1 / all : 0));
  }
  for (const n of counts) expect(Math.abs(n / 4000 - 0.25)).toBeLessThan(0.03);
});

test('rings are the number of axes that differ', () => {
  for (const right of ALL_MOVEMENTS)
    expect(draw(right, { difficulty: 'rings' }).map((m) => axesApart(m, right))).toEqual([1, 2, 3]);
});

test('staying has no neighbour on one axis but the full ones', () => {
  for (const m of draw([0, 0, 0], { difficulty: 'hard', option_count: 8 }))
    expect(m.some((v) => Math.abs(v) === 2)).toBe(true);
});

test('labels are read back, in the words of each viewpoint', () => {
  for (const viewpoint of ['camera', 'robot'] as const)
    for (const m of ALL_MOVEMENTS) expect(readMovement(sayMovement(m, viewpoint), viewpoint)).toEqual(m);
  expect(sayMovement([2, 1, 0], 'camera')).toBe('move forward and slightly move right');
  expect(sayMovement([2, 1, 0], 'robot')).toBe('move forward and slightly move left');
  expect(readMovement('stay')).toEqual([0, 0, 0]);
  expect(readMovement('move sideways')).toBeNull();
});

import { expect, test } from 'vitest';
import { positionAt, type Vec3 } from '../demos/demonstration.ts';
import { distance } from './distractors.ts';
import { makeQuestions } from './generate.ts';
import { DEFAULT_QUESTION_SETTINGS, OPTION_LETTERS, type QuestionSettings } from './question.ts';
import { reach } from './testing/reach.ts';

const DEMO = reach('a');
const ask = (changes: Partial<QuestionSettings>) =>
  makeQuestions([DEMO], { ...DEFAULT_QUESTION_SETTINGS, ...changes });

/** Right position and wrong ones of every question about positions. */
function positions(changes: Partial<QuestionSettings>) {
  return ask(changes).flatMap(({ points, answer, state, kind, keypoint }) => {
    if (!points) return [];
    const place = OPTION_LETTERS.indexOf(answer);
    return [{ right: points[place], wrong: points.filter((_, i) => i !== place), state, kind, keypoint }];
  });
}

test('distractors lie in the rings asked for, in turn', () => {
  const ring_bounds: QuestionSettings['ring_bounds'] = [0.05, 0.13, 0.3, 0.6];
  for (const { right, wrong } of positions({ difficulty: 'rings', min_distance: 0.05, ring_bounds })) {
    const distances = wrong.map((p) => distance(p, right)).sort((a, b) => a - b);
    distances.forEach((d, i) => {
      expect(d).toBeGreaterThanOrEqual(ring_bounds[i] - 1e-9);
      expect(d).toBeLessThanOrEqual(ring_bounds[i + 1] + 1e-9);
    });
  }
  for (const { right, wrong } of positions({ difficulty: 'rings', rings: ['near'], min_distance: 0.05 }))
    for (const p of wrong) expect(distance(p, right)).toBeLessThanOrEqual(0.13 + 1e-9);
});

test('rings go around an answer outside of the state space', () => {
  const state_space = { low: [0, 0, 0.76] as Vec3, high: [0.1, 0.1, 0.8] as Vec3 };
  for (const { right, wrong } of positions({ difficulty: 'rings', min_distance: 0.05, state_space }))
    for (const p of wrong)
      p.forEach((v, axis) => {
        expect(v).toBeGreaterThanOrEqual(Math.min(state_space.low[axis], right[axis]));
        expect(v).toBeLessThanOrEqual(Math.max(state_space.high[axis], right[axis]));
      });
});

test('says when a ring has no room', () => {
  expect(() => ask({ difficulty: 'rings', rings: ['near'], min_distance: 0.14 })).toThrow(
    'no room for three distractors 0.14 m apart in the rings around',
  );
});

test.each([2, 4, 8])('of %i options every one is in the space, apart and printed unlike', (option_count) => {
  for (const difficulty of ['random', 'hard'] as const) {
    const questions = ask({ difficulty, option_count, min_distance: 0.02, decimals: 2 });
    for (const q of questions) {
      expect(q.options).toHaveLength(option_count);
      expect(new Set(q.options).size).toBe(option_count);
      expect(q.prompt.match(/^\[\[[A-H]\]\] /gm)).toHaveLength(option_count);
    }
    const letters = questions.filter((q) => q.kind === 'waypoint').map((q) => q.answer);
    expect(new Set(letters).size).toBe(option_count);
  }
});

const only = (kind: QuestionSettings['hard_negatives'][number]) =>
  positions({ difficulty: 'hard', hard_negatives: [kind], min_distance: 0.03, option_count: 2 });

/** Tells for each question whether a negative of this kind is among the wrong options. */
const share = (
  found: ReturnType<typeof only>,
  holds: (p: Vec3, question: ReturnType<typeof only>[number]) => boolean,
) => found.filter((q) => q.wrong.some((p) => holds(p, q))).length / found.length;

test('hard negatives are what they are called', () => {
  const path = Array.from({ length: DEMO.length }, (_, i) => positionAt(DEMO, i).join());
  expect(share(only('same_height'), (p, { right }) => p[2] === right[2])).toBe(1);
  expect(share(only('along_path'), (p) => path.includes(p.join()))).toBe(1);
  const mirrored = only('mirrored_table').filter(({ right }) => Math.abs(right[1]) > 0.02);
  expect(share(mirrored, (p, { right }) => p[0] === right[0] && p[1] === -right[1])).toBe(1);
  const beside = only('mirrored_gripper').filter(({ right, state }) => Math.abs(right[1] - state[1]) > 0.02);
  expect(beside.length).toBeGreaterThan(3);
  expect(share(beside, (p, { right, state }) => Math.abs(p[1] - (2 * state[1] - right[1])) < 1e-9)).toBe(1);
  const later = only('previous_keypoint').filter((q) => q.kind === 'waypoint' && q.keypoint === 100);
  expect(later.length).toBeGreaterThan(3);
  expect(share(later, (p) => p.join() === positionAt(DEMO, 60).join())).toBe(1);
  const earlier = only('following_keypoint').filter((q) => q.kind === 'waypoint' && q.keypoint === 60);
  expect(share(earlier, (p) => p.join() === positionAt(DEMO, 100).join())).toBe(1);
});

test('a kind without a negative is filled up at random', () => {
  for (const q of positions({ difficulty: 'hard', hard_negatives: ['mirrored_table'] }))
    expect(q.wrong).toHaveLength(3);
});

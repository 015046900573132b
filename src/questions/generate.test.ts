import { expect, test } from 'vitest';
import type { Vec3 } from '../demos/demonstration.ts';
import { makeQuestions } from './generate.ts';
import { makeOpenQuestions } from './openEnded.ts';
import { describeMovement, movementOf } from './movement.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  formatPosition,
  LETTERS,
  OPTION_LETTERS,
  TABLE_SPACE,
  WORDINGS,
  type QuestionSettings,
} from './question.ts';
import { reach } from './testing/reach.ts';

const DEMOS = ['a', 'b', 'c', 'd'].map(reach);
const settings = (changes: Partial<QuestionSettings> = {}) => ({ ...DEFAULT_QUESTION_SETTINGS, ...changes });
const QUESTIONS = makeQuestions(DEMOS, settings());

test('asks each kind at every tenth frame, of the keypoint strictly after it', () => {
  expect(QUESTIONS).toHaveLength(4 * 10 * 3);
  expect(new Set(QUESTIONS.map((q) => q.id)).size).toBe(QUESTIONS.length);
  for (const q of QUESTIONS) {
    expect(q.frame % 10).toBe(0);
    expect(q.keypoint).toBe(q.frame < 60 ? 60 : 100);
    expect(q.target[2]).toBeCloseTo(q.keypoint === 60 ? 0.87 : 1.27);
  }
});

test('the answer is the right option, and the only one like it', () => {
  for (const q of QUESTIONS) {
    const right = q.options[OPTION_LETTERS.indexOf(q.answer)];
    const delta = q.target.map((t, axis) => t - q.state[axis]) as Vec3;
    if (q.kind === 'waypoint') expect(right).toBe(formatPosition(q.target));
    if (q.kind === 'current_state') expect(right).toBe(formatPosition(q.state));
    if (q.kind === 'movement') expect(right).toBe(describeMovement(movementOf(delta, 0.01, 0.5)));
    expect(new Set(q.options).size).toBe(4);
    for (const [i, option] of q.options.entries())
      expect(q.prompt).toContain(`[[${LETTERS[i]}]] ${option}\n`);
  }
});

test('answers are balanced over the letters, in each kind', () => {
  for (const kind of DEFAULT_QUESTION_SETTINGS.kinds) {
    const answers = QUESTIONS.filter((q) => q.kind === kind).map((q) => q.answer);
    for (const letter of LETTERS)
      expect(answers.filter((a) => a === letter)).toHaveLength(answers.length / 4);
  }
});

test('distractors lie in the state space, any two options at least the minimum distance apart', () => {
  for (const min_distance of [0.05, 0.3]) {
    for (const q of makeQuestions(DEMOS, settings({ min_distance, seed: 3 }))) {
      if (!q.points) continue;
      for (const [i, p] of q.points.entries()) {
        for (const other of q.points.slice(i + 1))
          expect(Math.hypot(...p.map((v, axis) => v - other[axis]))).toBeGreaterThanOrEqual(min_distance);
        if (LETTERS[i] === q.answer) continue;
        for (const axis of [0, 1, 2]) {
          expect(p[axis]).toBeGreaterThanOrEqual(TABLE_SPACE.low[axis]);
          expect(p[axis]).toBeLessThanOrEqual(TABLE_SPACE.high[axis]);
        }
      }
    }
  }
});

test('the same seed gives the same questions, another seed others', () => {
  expect(makeQuestions(DEMOS, settings())).toEqual(QUESTIONS);
  const others = makeQuestions(DEMOS, settings({ seed: 1 }));
  expect(others.filter((q, i) => q.prompt === QUESTIONS[i].prompt).length).toBeLessThan(
    QUESTIONS.length / 10,
  );
});

test('of random options a demonstration keeps its own without the others: only letters depend on them', () => {
  const random = settings({ difficulty: 'random' });
  const all = makeQuestions(DEMOS, random);
  const alone = makeQuestions([DEMOS[2]], random).filter((q) => q.points);
  for (const q of alone) {
    const among = all.find((other) => other.id === q.id)!;
    expect([...q.options].sort()).toEqual([...among.options].sort());
  }
});

test('says when the state space has no room for the distractors', () => {
  const tiny = { low: [0, 0, 1] as Vec3, high: [0.05, 0.05, 1.05] as Vec3 };
  expect(() => makeQuestions(DEMOS, settings({ state_space: tiny }))).toThrow(
    'no room for three distractors 0.1 m apart',
  );
});

test('positions have three decimals and no negative zero', () => {
  expect(formatPosition([0.2544, -0.1966, -0.0004])).toBe('[0.254, -0.197, 0.000]');
});

test('a kind is asked at its share of the frames, evenly', () => {
  const kind_shares = { waypoint: 1, current_state: 0.5, movement: 0.25 };
  const some = makeQuestions(DEMOS, settings({ kind_shares }));
  const count = (kind: string) => some.filter((q) => q.kind === kind).length;
  expect(count('waypoint')).toBe(40);
  expect(count('current_state')).toBe(20);
  expect(Math.abs(count('movement') - 10)).toBeLessThanOrEqual(4);
  for (const q of some) {
    const among = QUESTIONS.find((other) => other.id === q.id)!;
    expect([...q.options].sort()).toEqual([...among.options].sort());
  }
});

test('without a front camera the first one is shown, and prompt and question name it', () => {
  const camera = { width: 8, height: 8, intrinsics: null, extrinsics: null };
  const demo = { ...reach('a'), cameras: { base_camera: camera, '<image>': camera } };
  for (const prompt_wording of WORDINGS)
    for (const q of [
      ...makeQuestions([demo], settings({ prompt_wording })),
      ...makeOpenQuestions([demo], settings({ prompt_wording })),
    ]) {
      expect(q.camera).toBe('base_camera');
      expect(q.prompt).toContain('View of camera base_camera: <image>\n');
      expect(q.prompt).not.toContain('Front view');
    }
  const { prompt } = makeQuestions([demo], settings({ camera: '<image>' }))[0];
  expect(prompt).toContain('View of camera (image): <image>\n');
  const front = { ...demo, cameras: { base_camera: camera, front: camera } };
  expect(makeQuestions([front], settings())[0]).toMatchObject({ camera: 'front' });
});

test('refuses a camera that the demonstration has not', () => {
  expect(() => makeQuestions(DEMOS, settings({ camera: 'overhead' }))).toThrow(
    'demonstration a has no camera overhead: choose front',
  );
});

test("in the robot's words left and right change places, and the question says so", () => {
  const robot = makeQuestions(DEMOS, settings({ viewpoint: 'robot' })).filter((q) => q.kind === 'movement');
  const camera = QUESTIONS.filter((q) => q.kind === 'movement');
  const swapped = (text: string) => text.replace(/left|right/g, (w) => (w === 'left' ? 'right' : 'left'));
  expect(robot.map((q) => q.options)).toEqual(camera.map((q) => q.options.map(swapped)));
  expect(robot.every((q) => q.viewpoint === 'robot')).toBe(true);
  expect(camera.every((q) => !('viewpoint' in q))).toBe(true);
});

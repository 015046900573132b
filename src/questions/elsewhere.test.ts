import { expect, test } from 'vitest';
import { positionAt, type Demonstration } from '../demos/demonstration.ts';
import { seededRandom } from '../demos/random.ts';
import { byTask, momentsElsewhere, type AskedMoment } from './elsewhere.ts';
import { makeQuestions, sampleMoments } from './generate.ts';
import { distance } from './distractors.ts';
import { DEFAULT_QUESTION_SETTINGS, OPTION_LETTERS } from './question.ts';
import { reach } from './testing/reach.ts';

const SETTINGS = DEFAULT_QUESTION_SETTINGS;

/** Reaches to the same table whose goals lie apart: shifted in x and y from demonstration to demonstration. */
function shiftedReach(i: number): Demonstration {
  const demo = reach(`shifted${i}`);
  const [dx, dy] = [0.05 * (i % 5), 0.11 * (i % 7) - 0.33];
  const gripperPose = demo.gripperPose.map((v, j) => (j % 7 === 0 ? v + dx : j % 7 === 1 ? v + dy : v));
  return { ...demo, gripperPose };
}

const demos = [0, 1, 2, 3, 4, 5].map(shiftedReach);
const pool = byTask(demos.map((demo) => sampleMoments(demo, SETTINGS)));
const moments = (demo: Demonstration) => sampleMoments(demo, SETTINGS);

test('the same stage of other demonstrations comes first', () => {
  const here = moments(demos[0])[2];
  const found = [...momentsElsewhere(seededRandom(1), here, pool)];
  const stage = (m: AskedMoment) => m.keypoints.indexOf(m.keypoint);
  for (const other of found.slice(0, 30)) {
    expect(other.demo).not.toBe(here.demo);
    expect(stage(other)).toBe(stage(here));
    expect(other.frame).toBeLessThan(other.keypoint);
  }
  expect(new Set(found.slice(0, 30).map(({ demo }) => demo.id)).size).toBeGreaterThan(2);
  expect(found.slice(-30).every(({ demo }) => demo === here.demo)).toBe(true);
});

test('another task gives none', () => {
  const alone = { ...demos[0], task: 'reach_target' };
  const found = [...momentsElsewhere(seededRandom(1), moments(alone)[0], pool)];
  expect(found).toEqual([]);
});

test('wrong options are places where a gripper of another demonstration is or goes', () => {
  const places = demos.flatMap((demo) =>
    Array.from({ length: demo.length }, (_, i) => positionAt(demo, i).join()),
  );
  const known = new Set(places);
  const questions = makeQuestions(demos, { ...SETTINGS, min_distance: 0.02 }).filter((q) => q.points);
  const wrong = questions.flatMap((q) =>
    q.points!.filter((_, i) => i !== OPTION_LETTERS.indexOf(q.answer)).map((p) => p.join()),
  );
  expect(wrong.filter((p) => known.has(p)).length / wrong.length).toBeGreaterThan(0.95);
});

test('the waypoint nearest to the gripper is right about as often as any', () => {
  const many = Array.from({ length: 35 }, (_, i) => shiftedReach(i));
  const asked = makeQuestions(many, { ...SETTINGS, kinds: ['waypoint'], min_distance: 0.02 });
  const right = asked.filter((q) => {
    const far = q.points!.map((p) => distance(p, q.state));
    return far[OPTION_LETTERS.indexOf(q.answer)] === Math.min(...far);
  });
  expect(asked.length).toBeGreaterThan(200);
  expect(right.length / asked.length).toBeLessThan(0.5);
});

test('with one demonstration alone its own other moments serve', () => {
  const [question] = makeQuestions([demos[0]], { ...SETTINGS, min_distance: 0.02 });
  expect(question.options).toHaveLength(4);
});

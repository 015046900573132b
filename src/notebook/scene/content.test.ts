import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Demonstration } from '../../demos/demonstration.ts';
import { discoverKeypoints } from '../../demos/keypoints.ts';
import { openBundle } from '../../demos/openBundle.ts';
import { makeQuestions } from '../../questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS, type Question } from '../../questions/question.ts';
import { frustumAt, homeOf, sceneContent } from './content.ts';
import { describeScene } from './describe.ts';
import { eyeOf } from './orbit.ts';

let demonstration: Demonstration;
let questions: Question[];
let shown: { demonstration: Demonstration; keypoints: number[]; camera: Demonstration['cameras'][string] };
beforeAll(async () => {
  const zip = await readFile(new URL('../../../public/demos/sample.zip', import.meta.url));
  demonstration = (await openBundle(new Blob([zip]), 'sample.zip')).demonstrations[0];
  questions = makeQuestions([demonstration], DEFAULT_QUESTION_SETTINGS);
  shown = {
    demonstration,
    keypoints: discoverKeypoints(demonstration),
    camera: demonstration.cameras.front,
  };
});

test('a demonstration shows arm, table, the whole path and the camera', () => {
  const content = sceneContent(shown);
  expect(content).toMatchObject({ table: 'rlbench', ahead: true, options: [], right: null });
  expect(content.base).toEqual([-0.309, 0, 0.782]);
  expect(frustumAt(content, 5)!.eye[0]).toBeCloseTo(1.35, 6);
});

test('a question keeps what comes after its frame to itself until it is answered', () => {
  const question = questions.find((q) => q.kind === 'waypoint' && q.frame > 0)!;
  const hidden = sceneContent({ ...shown, question });
  expect(hidden).toMatchObject({ ahead: false, right: null });
  expect(describeScene(hidden, question.frame)).not.toContain(`frame ${question.keypoint}`);
  expect(describeScene(hidden, question.frame)).not.toContain('Right is');
  const told = sceneContent({ ...shown, question, right: question.answer });
  expect(told.ahead).toBe(true);
  expect(describeScene(told, question.frame)).toContain(`frame ${question.keypoint} at`);
  expect(describeScene(told, question.frame)).toContain(`Right is ${question.answer}.`);
});

test('options are points, or arrows from the gripper', () => {
  const [waypoint, movement] = (['waypoint', 'movement'] as const).map((kind) =>
    questions.find((q) => q.kind === kind)!,
  );
  const points = sceneContent({ ...shown, question: waypoint }).options;
  expect(points.map((o) => [o.position, o.from])).toEqual(waypoint.points!.map((p) => [p, null]));
  const arrows = sceneContent({ ...shown, question: movement }).options;
  expect(arrows.map((o) => o.from)).toEqual([0, 1, 2, 3].map(() => movement.state));
});

test('a camera that moves stands elsewhere in another frame, its picture as far before it', () => {
  const fixed = demonstration.cameras.front;
  const extrinsics = Array.from({ length: demonstration.length }, (_, i) =>
    fixed.extrinsics!.map((value, j) => (j === 3 ? value - 0.002 * i : value)),
  ).flat();
  const content = sceneContent({ ...shown, camera: { ...fixed, extrinsics } });
  const [start, later] = [0, 50].map((frame) => frustumAt(content, frame)!);
  expect(start.eye[0] - later.eye[0]).toBeCloseTo(0.1, 9);
  start.corners.forEach((corner, k) => expect(corner[0] - later.corners[k][0]).toBeCloseTo(0.1, 9));
  const stands = (frame: number) => /The camera stands at \[[^\]]*\]/.exec(describeScene(content, frame))![0];
  expect(stands(0)).not.toBe(stands(50));
});

test('the view at home is outside of what it shows', () => {
  const home = homeOf(sceneContent(shown));
  expect(Math.hypot(...eyeOf(home).map((x, k) => x - home.target[k]))).toBeCloseTo(home.distance, 9);
  expect(home.distance).toBeGreaterThan(1.5);
});

test('the words tell where the gripper is and which frames are keypoints', () => {
  const words = describeScene(sceneContent(shown), 0);
  expect(words).toContain(`frame 0 of ${demonstration.length}`);
  expect(words).toContain('Gripper at [0.2');
  for (const k of shown.keypoints) expect(words).toContain(`frame ${k} at [`);
  const named = [{ position: [0.1, 0.2, 0.8] as [number, number, number], label: 'cup' }];
  expect(describeScene(sceneContent({ ...shown, named }), 0)).toContain('cup at [0.100, 0.200, 0.800]');
});

/** What random and default settings ask never changes: the embedded checkpoint learnt from and trains on these. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fixture } from '../../test/fixtures/fixture.ts';
import type { Demonstration } from '../demos/demonstration.ts';
import { openBundle } from '../demos/openBundle.ts';
import { makeQuestions } from './generate.ts';
import { DEFAULT_QUESTION_SETTINGS, type QuestionSettings } from './question.ts';
import { reach } from './testing/reach.ts';

function hashed(demos: Demonstration[], changes: Partial<QuestionSettings> = {}) {
  const questions = makeQuestions(demos, { ...DEFAULT_QUESTION_SETTINGS, ...changes });
  const said = questions.map(({ id, prompt, options, answer, points, frame, keypoint }) => [
    id,
    // Of a dataset without a front camera the prompt once said "Front view" of another one's picture.
    prompt.replace('View of camera image: ', 'Front view: '),
    options,
    answer,
    points,
    frame,
    keypoint,
  ]);
  return [questions.length, createHash('sha256').update(JSON.stringify(said)).digest('hex')];
}

const demonstrations = async (name: string) =>
  (await openBundle(new Blob([fixture(name)]), name)).demonstrations;

/** As of RLBench's world: what is known of another one changes box and words. */
const asRlbench = (demos: Demonstration[]) => demos.map((demo) => ({ ...demo, scene: undefined }));

test('the same random questions as ever, of two fixtures and of a reach under two seeds', async () => {
  const demos = ['a', 'b', 'c', 'd'].map(reach);
  const random = { difficulty: 'random' } as const;
  expect([
    hashed(await demonstrations('rlbench_variations.zip'), random),
    hashed(asRlbench(await demonstrations('lerobot_v3.zip')), { ...random, frame_interval: 1 }),
    hashed(demos, random),
    hashed(demos, { ...random, seed: 7, min_distance: 0.3, state_in_movement_prompt: true }),
  ]).toEqual([
    [9, 'b6f1657db4164e83dadb9b0ecccabd55aaf3a03703f6ad7a9c926147bb39a323'],
    [33, 'e981c3d762502c2c0317fe88511debdaa345a062b93d7bfa1c87bf0623d8f54f'],
    [120, '6c846330e1abd454639593d0e068c5d80c3ab8da906850c780e26ba35c0cafd3'],
    [120, 'b6aedd79418e194018a17e5fb13123c1d521f14b17bc263b656c1a8cee2ddae5'],
  ]);
});

test('the same questions that are right elsewhere as ever', async () => {
  const demos = ['a', 'b', 'c', 'd'].map(reach);
  expect([hashed(await demonstrations('rlbench_variations.zip')), hashed(demos)]).toEqual([
    [9, '384c61b37594d402cb7d5e86ea327ce5814e39c9338139b9a879be63d3ff4f0e'],
    [120, '3d577a090b1abc9ff0ef439703b78e7a320d7eb530b823801950ce9a4c03c7c8'],
  ]);
});

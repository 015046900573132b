/** The same demonstrations, settings and seed give the same questions to the byte in Node and in a browser. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Demonstration } from '../../src/demos/demonstration.ts';
import { openBundle } from '../../src/demos/openBundle.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { writeQuestionLines } from '../../src/questions/jsonLines.ts';
import { QUESTION_PRESETS } from '../../src/questions/presets.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  DIFFICULTIES,
  type QuestionSettings,
} from '../../src/questions/question.ts';
import { reach } from '../../src/questions/testing/reach.ts';
import { fixture } from '../fixtures/fixture.ts';
import { PATIENCE, sourcesPage } from '../sourcesPage.ts';

const page = sourcesPage();

const SETTINGS: QuestionSettings[] = [
  ...QUESTION_PRESETS.map(({ settings }) => settings),
  { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'rings', min_distance: 0.03, option_count: 8, seed: 11 },
  { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'hard', min_distance: 0.03, viewpoint: 'robot', decimals: 6 },
];

/** What can be posted to a page. */
const plain = (demo: Demonstration) => ({
  ...demo,
  gripperPose: [...demo.gripperPose],
  gripperOpen: [...demo.gripperOpen!],
  jointPositions: null,
  jointVelocities: demo.jointVelocities && [...demo.jointVelocities],
});

const ask = (input: { demos: ReturnType<typeof plain>[]; settings: QuestionSettings[] }) => `(async () => {
  const { makeQuestions } = await import('/src/questions/generate.ts');
  const { demos, settings } = ${JSON.stringify(input)};
  const doubles = (values) => values && Float64Array.from(values);
  const typed = demos.map((demo) => ({
    ...demo,
    gripperPose: doubles(demo.gripperPose),
    gripperOpen: doubles(demo.gripperOpen),
    jointVelocities: doubles(demo.jointVelocities),
  }));
  const hash = async (value) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  };
  return Promise.all(settings.map((each) => hash(makeQuestions(typed, each))));
})()`;

async function hash(value: unknown): Promise<number[]> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
}

test(
  "Node and the browser ask the same, of RLBench's world and of another",
  async () => {
    const { demonstrations } = await openBundle(
      new Blob([fixture('rlbench_variations.zip')]),
      'rlbench_variations.zip',
    );
    const other = await openBundle(new Blob([fixture('robomimic.hdf5')]), 'robomimic.hdf5');
    for (const demos of [[...demonstrations, reach('a'), reach('b')], other.demonstrations]) {
      const settings = SETTINGS.map((each) => ({ ...each, frame_interval: demos.length > 2 ? 10 : 1 }));
      const here = await Promise.all(settings.map((each) => hash(makeQuestions(demos, each))));
      const there = await page().evaluate<number[][]>(ask({ demos: demos.map(plain), settings }));
      expect(there).toEqual(here);
      // The paper's deadband may change no label; the other settings all ask differently.
      expect(new Set(here.map(String)).size).toBeGreaterThanOrEqual(SETTINGS.length - 1);
    }
  },
  PATIENCE,
);

const SAMPLE = 'demos/sample.zip';

/** From the zip's bytes on, with the page's own decompression, parquet reader and arithmetic. */
const askSample = (settings: QuestionSettings[]) => `(async () => {
  const { openBundle } = await import('/src/demos/openBundle.ts');
  const { makeQuestions } = await import('/src/questions/generate.ts');
  const { writeQuestionLines } = await import('/src/questions/jsonLines.ts');
  const zip = await (await fetch('/${SAMPLE}')).blob();
  const { demonstrations } = await openBundle(zip, 'sample.zip');
  return Promise.all(${JSON.stringify(settings)}.map(async (each) => {
    const bytes = new TextEncoder().encode(writeQuestionLines(makeQuestions(demonstrations, each)));
    return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  }));
})()`;

test(
  'the sample bundle, opened and asked in either, gives the same JSON lines at every difficulty',
  async () => {
    const settings = DIFFICULTIES.flatMap((difficulty) =>
      [0, 7].map((seed) => ({ ...DEFAULT_QUESTION_SETTINGS, difficulty, seed, min_distance: 0.05 })),
    );
    const path = fileURLToPath(new URL(`../../public/${SAMPLE}`, import.meta.url));
    const { demonstrations } = await openBundle(new Blob([await readFile(path)]), 'sample.zip');
    const here = await Promise.all(
      settings.map(async (each) => {
        const bytes = new TextEncoder().encode(writeQuestionLines(makeQuestions(demonstrations, each)));
        return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
      }),
    );
    expect(await page().evaluate<number[][]>(askSample(settings))).toEqual(here);
    expect(new Set(here.map(String)).size).toBe(settings.length);
  },
  PATIENCE,
);

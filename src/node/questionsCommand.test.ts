import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ARM_KEYPOINT_RULE, discoverKeypoints } from '../demos/keypoints.ts';
import { readQuestions } from '../fullscale/readQuestions.ts';
import { makeQuestions } from '../questions/generate.ts';
import { findPreset } from '../questions/presets.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  TABLE_SPACE,
  type Question,
  type QuestionSettings,
} from '../questions/question.ts';
import { stateSpaceOf } from '../questions/stateSpace.ts';
import { run } from './cli.ts';
import { openDemonstrations } from './openDemonstrations.ts';
import { openSplit } from './openSplit.ts';

const FILE = fileURLToPath(new URL('../../test/fixtures/rlbench_variations.zip', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questions-'));
});

const questions = (...args: string[]) => asked(FILE, ...args);

async function asked(file: string, ...args: string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal = {
    print: (line: string) => void printed.push(line),
    note: (line: string) => void noted.push(line),
    progress: () => undefined,
    signal: new AbortController().signal,
  };
  return { code: await run(['questions', file, ...args], terminal), printed, noted };
}

const due = async (settings: QuestionSettings) =>
  makeQuestions((await openDemonstrations(FILE)).demonstrations, settings);

test('every format holds the questions of the preset', async () => {
  const settings = { ...findPreset('hard').settings, seed: 3 };
  for (const [format, file] of [
    ['jsonl', 'q.jsonl'],
    ['parquet', 'q.parquet'],
    ['easyr1', join('rows', 'questions.jsonl')],
  ]) {
    const out = join(folder, format === 'easyr1' ? 'rows' : file);
    const { code, printed } = await questions(
      '--preset',
      'hard',
      '--seed',
      '3',
      '--format',
      format,
      '--out',
      out,
    );
    expect([code, printed]).toEqual([0, [`${out}: 9 questions`]]);
    const read = await readQuestions(await openAsBlob(join(folder, file)), file);
    expect(read.questions).toEqual(await due(settings));
  }
  expect(await readdir(join(folder, 'rows', 'images'))).toHaveLength(3);
});

test('demonstrations without a front camera are written with pictures of the one there is', async () => {
  const file = fileURLToPath(new URL('../../test/fixtures/lerobot_v21.zip', import.meta.url));
  const out = join(folder, 'top.parquet');
  const { code } = await asked(file, '--interval', '1', '--format', 'parquet', '--out', out);
  expect(code).toBe(0);
  const { questions: read, pictures } = await readQuestions(await openAsBlob(out), 'top.parquet');
  expect(new Set(read.map(({ camera }) => camera))).toEqual(new Set(['top']));
  expect(pictures.size).toBe(read.length);
});

test('a settings file stands over the preset, a flag over both; statistics are told', async () => {
  const path = join(folder, 'settings.json');
  await writeFile(path, JSON.stringify({ option_count: 5, frame_interval: 7 }));
  const { printed, noted } = await questions(
    ...['--settings', path, '--interval', '5', '--json', '--statistics'],
  );
  const told = JSON.parse(printed[0]) as { questions: unknown };
  expect(told.questions).toEqual(
    await due({ ...DEFAULT_QUESTION_SETTINGS, option_count: 5, frame_interval: 5 }),
  );
  expect(noted.join('\n')).toMatch(/^letters: A \d+, B \d+, C \d+, D \d+, E \d+$/m);
  expect(noted.join('\n')).toMatch(
    /nearest_state: [01]\.\d{3} \[0\.\d{3}, [01]\.\d{3}\], n \d+, chance 0\.200/,
  );
});

test('flags give the constants of the keypoint rule', async () => {
  const rule = {
    stopping_delta: 0.02,
    stopped_buffer: 1,
    gripper_keypoints: false,
    merge_last_keypoints: false,
  };
  const { printed } = await questions(
    ...[
      '--stopping-delta',
      '0.02',
      '--stopped-buffer',
      '1',
      '--no-gripper-keypoints',
      '--keep-last-keypoints',
    ],
    ...['--interval', '2', '--json'],
  );
  const told = JSON.parse(printed[0]) as { demonstrations: { keypoints: number[] }[]; questions: unknown };
  const settings = { ...DEFAULT_QUESTION_SETTINGS, ...rule, frame_interval: 2 };
  expect(told.questions).toEqual(await due(settings));
  expect(told.questions).not.toEqual(await due({ ...settings, ...ARM_KEYPOINT_RULE }));
  const { demonstrations } = await openDemonstrations(FILE);
  expect(told.demonstrations.map(({ keypoints }) => keypoints)).toEqual(
    demonstrations.map((demo) => discoverKeypoints(demo, settings)),
  );
});

test('open-ended and supervised forms go into a folder with their pictures', async () => {
  for (const [form, file] of [
    ['open', 'open.jsonl'],
    ['direct', 'sft.json'],
    ['cot', 'sft.json'],
  ]) {
    const out = join(folder, form);
    expect((await questions('--form', form, '--out', out)).code).toBe(0);
    if (form === 'open')
      expect(await readFile(join(out, 'reward.py'), 'utf8')).toContain('POSITION.fullmatch(ground_truth)');
    const text = await readFile(join(out, file), 'utf8');
    const rows = (
      form === 'open'
        ? text
            .trim()
            .split('\n')
            .map((l) => JSON.parse(l) as unknown)
        : JSON.parse(text)
    ) as { image?: string; images?: string[] }[];
    expect(rows).toHaveLength(6);
    for (const { image, images } of rows)
      expect((await readFile(join(out, image ?? images![0]))).subarray(1, 4).toString()).toBe('PNG');
  }
});

test.each<[string[], string]>([
  [['--preset', 'easy'], '--preset easy is none of default, random, paper, hard, compact'],
  [['--format', 'csv'], '--format csv is none of jsonl, parquet, easyr1'],
  [['--stopped-buffer=-1'], '--stopped-buffer -1 is not a whole number of at least 0'],
  [['--stopping-delta', 'slow'], '--stopping-delta slow is not a number from 0 to 1000'],
  [['--form', 'open'], 'say with --out DIR where form open goes'],
  [['--settings', '/nowhere.json'], '/nowhere.json cannot be read'],
])('%j is refused', async (args, message) => {
  const { code, noted } = await questions(...args);
  expect(code).not.toBe(0);
  expect(noted.join('\n')).toContain(message);
});

test('a wrong setting is named', async () => {
  const path = join(folder, 'wrong.json');
  await writeFile(path, JSON.stringify({ decimals: 12 }));
  const { code, noted } = await questions('--settings', path);
  expect(code).not.toBe(0);
  expect(noted.join('\n')).toContain(`${path}: decimals: `);
});

const robomimic = fileURLToPath(new URL('../../test/fixtures/robomimic.hdf5', import.meta.url));

test("another robot's questions are of its own box and words, in EasyR1's rows too; a box of a file stands", async () => {
  const { demonstrations } = await openDemonstrations(robomimic);
  const { low, high } = stateSpaceOf(demonstrations);
  const printed = (await asked(robomimic, '--preset', 'random', '--interval', '1', '--json')).printed[0];
  const { questions: made } = JSON.parse(printed) as { questions: Question[] };
  const settings = { ...findPreset('random').settings, frame_interval: 1 };
  expect(made).toEqual(makeQuestions(demonstrations, { ...settings, state_space: { low, high } }));
  const path = join(folder, 'box.json');
  await writeFile(path, JSON.stringify({ state_space: TABLE_SPACE }));
  const boxed = (await asked(robomimic, '--preset', 'random', '--settings', path, '--json')).printed[0];
  expect((JSON.parse(boxed) as { questions: Question[] }).questions).toEqual(
    makeQuestions(demonstrations, { ...findPreset('random').settings, state_space: TABLE_SPACE }),
  );

  const out = join(folder, 'easyr1');
  const { code } = await asked(robomimic, '--preset', 'random', '--format', 'easyr1', '--out', out);
  expect(code).toBe(0);
  const rows = (await readFile(join(out, 'questions.jsonl'), 'utf8')).trim().split('\n');
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    const { problem } = JSON.parse(row) as { problem: string };
    expect(problem).toContain('You assist a robot (Panda): you plan its movements and carry them out.');
    expect(problem).not.toMatch(/Franka|0\.752/);
  }
});

test("a split of another robot's demonstrations draws wrong positions from the box of all", async () => {
  const settings = { ...findPreset('random').settings, frame_interval: 1 };
  const noted: string[] = [];
  const note = (remark: string) => void noted.push(remark);
  const { train, test: held, demonstrations } = await openSplit(robomimic, settings, 0.5, note);
  expect(noted).toEqual((await openDemonstrations(robomimic)).remarks);
  const space = { ...settings, state_space: stateSpaceOf(demonstrations) };
  const of = (id: string) => demonstrations.filter((demo) => demo.id === id);
  for (const side of [train, held]) expect(side).toEqual(makeQuestions(of(side[0].demonstration), space));
  expect(train[0].demonstration).not.toBe(held[0].demonstration);
});

import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { fixture, unzipped, zipped } from '../../test/fixtures/fixture.ts';
import { TO_CHOOSE, type StateMapping } from '../demos/stateMapping.ts';
import { run } from './cli.ts';

const NAMED = fileURLToPath(new URL('../../test/fixtures/lerobot_v3.zip', import.meta.url));
const TINY = fileURLToPath(new URL('../../test/fixtures/tiny-smolvlm', import.meta.url));
/** A loaded machine trains at a fraction of its speed. */
const SLOW = 300_000;

let folder: string;
/** The same dataset, the elements of its state without names. */
let unnamed: string;
let proposed: string;
let mapping: StateMapping;

async function robotR1(...args: string[]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal = {
    print: (line: string) => void printed.push(line),
    note: (line: string) => void noted.push(line),
    progress: () => undefined,
    signal: new AbortController().signal,
  };
  return { code: await run(args, terminal), printed, noted };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mapping-'));
  unnamed = join(folder, 'motors.zip');
  const files = await unzipped(fixture('lerobot_v3.zip'));
  const info = JSON.parse(new TextDecoder().decode(files['libero/meta/info.json'])) as {
    features: Record<string, { names: unknown }>;
  };
  info.features['observation.state'].names = null;
  files['libero/meta/info.json'] = new TextEncoder().encode(JSON.stringify(info));
  await writeFile(unnamed, await zipped(files));
}, SLOW);

test('what is needed is proposed as JSON, and as a file it is taken', async () => {
  const { code, printed, noted } = await robotR1('questions', unnamed, '--json');
  expect([code, printed]).toEqual([1, []]);
  expect(noted[0]).toMatch(
    /^robot-r1: libero\/meta\/info\.json: names none of the 8 numbers .* by --mapping/,
  );
  expect(noted[2]).toMatch(/^ {2}observation\.state: -0\.3208, -0\.1843, 0\.1281, /);
  const text = noted.slice(noted.indexOf('{')).join('\n');
  mapping = JSON.parse(text) as StateMapping;
  expect(mapping.position).toEqual({ feature: 'observation.state', at: [0, 1, 2] });
  proposed = join(folder, 'mapping.json');
  await writeFile(proposed, text);

  const taken = await robotR1('questions', unnamed, '--mapping', proposed, '--json');
  expect(taken.code).toBe(0);
  expect(taken.noted[0]).toMatch(/^Read as the state: position element 0, element 1, element 2 of/);
  // Prompts name the columns as the data do.
  const named = taken.printed[0]
    .replaceAll('element 0, element 1, element 2 of', 'x, y, z of')
    .replaceAll('element 6 of', 'gripper_left of');
  expect([named]).toEqual((await robotR1('questions', NAMED, '--json')).printed);
});

test('a mapping without a gripper makes questions that know no opening', async () => {
  const path = join(folder, 'none.mapping.json');
  await writeFile(path, JSON.stringify({ ...mapping, gripper: null }));
  const { code, printed, noted } = await robotR1('questions', unnamed, '--mapping', path, '--json');
  expect(code).toBe(0);
  expect(noted.join()).toContain('No opening of the gripper is read');
  const { demonstrations, questions } = JSON.parse(printed[0]) as {
    demonstrations: { frames: number; keypoints: number[] }[];
    questions: { prompt: string }[];
  };
  expect(demonstrations.map(({ keypoints }) => keypoints)).toEqual(
    demonstrations.map(({ frames }) => [frames - 1]),
  );
  expect(questions.map(({ prompt }) => prompt).join()).toMatch(/element 2 of observation\.state\.\n/);
});

test('a file that is no mapping is refused, naming the field', async () => {
  const refused = async (value: unknown) => {
    const path = join(folder, 'bad.json');
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
    const { code, noted } = await robotR1('questions', unnamed, '--mapping', path);
    expect(code).toBe(1);
    return noted[0].replace(`${path} `, '');
  };
  const at = (feature: string, ...places: number[]) => ({ feature, at: places });
  expect(await refused('{')).toMatch(/^robot-r1: is no JSON/);
  expect(await refused({ ...mapping, position: null })).toBe(
    'robot-r1: is no mapping of columns at position: choose the columns of x, y, z, e.g. {"feature": "observation.state", "at": [0, 1, 2]}',
  );
  expect(await refused({ ...mapping, gripper: undefined })).toContain('at gripper: is missing');
  expect(await refused({ ...mapping, gripper: TO_CHOOSE })).toContain(
    'at gripper: choose the column of the gripper, e.g. {"feature": "observation.state", "at": [6]}, and its form; or null',
  );
  expect(await refused({ ...mapping, unit: 'inch' })).toMatch(/at unit: .*"m" \| "cm" \| "mm"/);
  expect(await refused({ ...mapping, position: at('observation.state', 0, 1) })).toContain(
    "at position.at: name 3 of the feature's elements, counted from 0",
  );
  expect(await refused({ ...mapping, rotation: { ...mapping.rotation, at: [3] } })).toContain(
    'at rotation: has not the 3 elements that "rotation vector (rad)" takes',
  );
  expect(await refused({ ...mapping, speed: 1 })).toContain('at speed');
  expect(await refused({ ...mapping, position: at('observation.state', 0, 1, 8) })).toBe(
    'robot-r1: libero/meta/info.json: has no elements 0, 1, 8 of observation.state for the position: choose 3 that are there',
  );
  expect((await robotR1('ask', unnamed, '--mapping', join(folder, 'none.json'))).noted[0]).toContain(
    'none.json cannot be read',
  );
});

test(
  'training takes it, and a run goes on with it',
  async () => {
    const out = join(folder, 'run');
    const small = ['--eval-questions', '1', '--samples', '1', '--json'];
    const begun = await robotR1(
      ...['sft', unnamed, '--mapping', proposed, '--out', out, '--model', TINY, '--steps', '1'],
      ...['--test-share', '0.5', '--max-length', '4', '--per_device_train_batch_size', '1', ...small],
    );
    expect(begun.code, begun.noted.join('\n')).toBe(0);
    const kept = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as {
      bundle: { mapping: StateMapping };
    };
    expect(kept.bundle.mapping).toEqual(mapping);
    const { code, noted } = await robotR1('sft', unnamed, '--resume', out, '--steps', '2', ...small);
    expect(code, noted.join('\n')).toBe(0);
  },
  SLOW,
);

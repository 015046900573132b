import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { readPeft } from '../checkpoint/peft.ts';
import { run } from './cli.ts';
import type { GrpoConfig } from '../training/grpoConfig.ts';
import type { Terminal } from './command.ts';

const TINY = fileURLToPath(new URL('../../test/fixtures/tiny-smolvlm', import.meta.url));
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);

function listener(stop = new AbortController()) {
  const printed: string[] = [];
  const noted: string[] = [];
  const terminal: Terminal = {
    print: (line) => printed.push(line),
    note: (line) => noted.push(line),
    progress: () => undefined,
    signal: stop.signal,
  };
  return { terminal, printed, noted, stop };
}

async function robotR1(...args: string[]) {
  const heard = listener();
  const code = await run(args, heard.terminal);
  return { code, ...heard };
}

/** A loaded machine runs this at a fraction of its speed. */
const SLOW = 300_000;

let demos: string;

beforeAll(async () => {
  demos = await mkdtemp(join(tmpdir(), 'demos-'));
  for (const name of ['a', 'b', 'c', 'd']) {
    const frames = Array.from({ length: 31 }, (_, i) => i);
    const pose = (i: number) => [0.2 + i * 0.002, 0.01 * name.charCodeAt(0) - 1, 1.4 - i * 0.02, 0, 1, 0, 0];
    const recording = {
      id: name,
      task: 'reach',
      variation: 0,
      descriptions: ['reach'],
      fps: 20,
      length: 31,
      gripperPose: frames.flatMap(pose),
      gripperOpen: frames.map((i) => (i < 15 ? 1 : 0)),
      jointPositions: null,
      jointVelocities: null,
      cameras: { front: { width: 1, height: 1, intrinsics: null, extrinsics: null } },
    };
    await writeFile(join(demos, `${name}.json`), JSON.stringify(recording));
    await mkdir(join(demos, name));
    for (const i of [0, 10, 20]) await writeFile(join(demos, name, `${i}.png`), PIXEL);
  }
});

const SMALL = [
  '--model',
  TINY,
  '--generations',
  '2',
  '--rollouts',
  '4',
  '--max-length',
  '6',
  '--eval-steps',
  '0',
];
const SMALL_EVALUATION = ['--eval-questions', '3', '--samples', '2'];

async function metricsOf(folder: string) {
  const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, number>);
}

test(
  'trains; Ctrl-C saves; resuming evaluates after and writes what was learned',
  async () => {
    const out = await mkdtemp(join(tmpdir(), 'run-'));
    const heard = listener();
    const note = heard.terminal.note.bind(heard.terminal);
    heard.terminal.note = (line) => {
      note(line);
      if (line.startsWith('step 1/')) heard.stop.abort();
    };
    const loss = [
      '--loss_type',
      'dr_grpo',
      '--beta',
      '0.04',
      '--num_iterations',
      '2',
      '--scale_rewards',
      'none',
    ];
    const run2 = ['--steps', '2', '--seed', '3', '--eval-steps', '1', ...loss];
    const args = ['train', demos, '--out', out, ...SMALL, ...SMALL_EVALUATION, ...run2];
    expect(await run(args, heard.terminal)).toBe(130);
    expect(heard.noted).toContain(`saved after 1 steps; go on with: robot-r1 train --resume ${out}`);
    expect(await metricsOf(out)).toHaveLength(1);

    for (const [flags, why] of [
      [['--samples', '1'], 'the run began with 2 samples of each: --samples cannot be changed'],
      [['--eval-questions', '9'], 'the run began with 3 held-out questions: --eval-questions cannot be'],
      [['--steps', '0'], '--steps 0 is not'],
    ] as const) {
      const changed = await robotR1('train', demos, '--resume', out, ...flags);
      expect([changed.code, changed.noted[0]]).toEqual([2, expect.stringContaining(why)]);
    }
    // What it asks comes with it.
    const { code, printed, noted } = await robotR1('train', demos, '--resume', out, '--json');
    expect(noted.filter((line) => line.startsWith('robot-r1:'))).toEqual([]);
    expect(code).toBe(0);
    expect(noted.filter((line) => line.startsWith('held-out questions after 1 steps'))).toHaveLength(1);
    const report = JSON.parse(printed[0]) as Record<string, Record<string, unknown>>;
    expect(report).toMatchObject({
      steps: 2,
      before: { n: 3 },
      after: { n: 3 },
      blind: { before: { n: 3 } },
    });
    for (const key of ['accuracy', 'sampled_accuracy', 'format', 'n', 'by_kind'])
      expect(report.before).toHaveProperty(key);
    expect(Object.keys(report.after.by_kind as object)).toEqual(['waypoint', 'current_state', 'movement']);
    expect((await readdir(out)).sort()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'metrics.jsonl',
      'report.json',
      'rollouts.jsonl',
      'run.json',
      'state-2.safetensors',
    ]);
    const { config } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as { config: GrpoConfig };
    expect(config).toMatchObject({ num_iterations: 2, scale_rewards: 'none' });
    expect(config.loss).toMatchObject({ loss_type: 'dr_grpo', beta: 0.04 });
    const adapter = readPeft({
      'adapter_config.json': await readFile(join(out, 'adapter_config.json'), 'utf8'),
      'adapter_model.safetensors': new Uint8Array(await readFile(join(out, 'adapter_model.safetensors'))),
    });
    expect(Object.keys(adapter.modules)).toHaveLength(2 * 7);
    const metrics = await metricsOf(out);
    expect(metrics.map(({ step }) => step)).toEqual([1, 2]);
    for (const name of [
      'reward',
      'reward_std',
      'frac_reward_zero_std',
      'completions/mean_length',
      'num_tokens',
    ])
      expect(metrics[1][name]).toBeTypeOf('number');

    const fewer = await robotR1('train', demos, '--resume', out, '--steps', '1');
    expect([fewer.code, fewer.noted[0]]).toEqual([2, expect.stringContaining('2 steps are done')]);
    const again = await robotR1('train', demos, '--out', out, ...SMALL, ...SMALL_EVALUATION);
    expect(again.code).toBe(1);
    expect(again.noted.at(-1)).toContain(`${out} holds a run already: go on with --resume ${out}`);
  },
  SLOW,
);

test(
  'fine-tunes on true answers; stopped and resumed it learns what an unbroken run learns',
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'run-'));
    const [broken, unbroken] = [join(base, 'broken'), join(base, 'unbroken')];
    const heard = listener();
    const note = heard.terminal.note.bind(heard.terminal);
    heard.terminal.note = (line) => {
      note(line);
      if (line.startsWith('step 1/')) heard.stop.abort();
    };
    const settings = ['--steps', '2', '--per_device_train_batch_size', '3', '--response', 'answer'];
    const given = ['--model', TINY, '--max-length', '6', '--eval-steps', '0', '--warmup_steps', '1'];
    const all = ['sft', demos, ...given, ...settings, ...SMALL_EVALUATION];
    expect(await run([...all, '--out', broken], heard.terminal)).toBe(130);
    expect(heard.noted).toContain(`saved after 1 steps; go on with: robot-r1 sft --resume ${broken}`);

    const again = await robotR1('sft', demos, '--resume', broken, '--json');
    const whole = await robotR1(...all, '--out', unbroken);
    expect([again.code, whole.code]).toEqual([0, 0]);
    expect(JSON.parse(again.printed[0])).toMatchObject({ steps: 2, before: { n: 3 }, after: { n: 3 } });
    expect(whole.noted.find((line) => line.startsWith('step 2/2'))).toMatch(/^step 2\/2: loss \d+\.\d+, /);
    expect(whole.printed[0]).toMatch(/^2 steps in \d+ s, 3 held-out questions$/);

    const metrics = await metricsOf(broken);
    expect(metrics.map(({ step }) => step)).toEqual([1, 2]);
    expect(metrics.map(({ loss }) => loss)).toEqual((await metricsOf(unbroken)).map(({ loss }) => loss));
    const adapter = (folder: string) => readFile(join(folder, 'adapter_model.safetensors'));
    expect((await adapter(broken)).equals(await adapter(unbroken))).toBe(true);
    const { config, sft } = JSON.parse(await readFile(join(broken, 'run.json'), 'utf8')) as {
      config: GrpoConfig;
      sft: object;
    };
    expect(config).toMatchObject({ max_steps: 2, warmup_steps: 1 });
    expect(sft).toEqual({ per_device_train_batch_size: 3, response: 'answer' });
  },
  SLOW,
);

test.each([
  [['train'], 'say with --out DIR where the run goes'],
  [['train', '--out', 'x', '--steps', 'many'], '--steps many is not a whole number'],
  [['train', '--resume', 'x', '--beta', '1'], '--beta cannot be changed with --resume'],
  [['train', '--out', 'x', '--loss_type', 'ppo'], '--loss_type ppo is none of grpo'],
  [['train', '--resume', 'x', '--mapping', 'm.json'], '--mapping cannot be changed with --resume'],
  [['train', '--resume', 'x', '--lr', '1'], '--lr cannot be changed with --resume'],
  [['train', '--out', 'x', '--preset', 'easy'], '--preset easy is none of default, random, paper, hard'],
  [['sft', '--out', 'x', '--response', 'poem'], '--response poem is none of answer, reasoned'],
  [['sft', '--out', 'x', '--beta', '1'], "Unknown option '--beta'"],
  [['sft', '--resume', 'x', '--response', 'answer'], '--response cannot be changed with --resume'],
  [['evaluate', '--preset', 'easy'], '--preset easy is none of default, random, paper, hard'],
  [['ask', '--preset', 'easy'], '--preset easy is none of default, random, paper, hard'],
  [['export', 'a', '--out', 'x', '--preset', 'easy'], '--preset easy is none of default, random, paper'],
  [['train', 'a', 'b', '--out', 'x'], '"b" is one argument too many'],
  [['train', '--learning-rate', '1'], "Unknown option '--learning-rate'"],
])('%j is called wrongly: exit code 2', async (args, message) => {
  const { code, noted } = await robotR1(...args);
  expect(code).toBe(2);
  expect(noted[0]).toContain(message);
});

test('a failure is one line and exit code 1', async () => {
  const { code, noted } = await robotR1('train', join(demos, 'nothing.zip'), '--out', join(demos, 'x'));
  expect([code, noted]).toEqual([1, [`robot-r1: ${join(demos, 'nothing.zip')} does not exist`]]);
});

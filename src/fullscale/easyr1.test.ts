import { BlobReader, TextWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { EncodedImage } from '../demos/demonstration.ts';
import { buildPrompt } from '../questions/prompt.ts';
import { KINDS, LETTERS, type Question } from '../questions/question.ts';
import { checkBatchRules } from './batchRules.ts';
import { exportEasyR1, type EasyR1Export } from './easyr1.ts';
import { checkSettings, flattenConfig, type Settings } from './easyr1Schema.ts';

function questionsOf(demonstration: string, frames: number): Question[] {
  return Array.from({ length: frames }, (_, i) => i * 10).flatMap((frame) =>
    KINDS.map((kind, k): Question => {
      const options = [
        '[0.254, -0.197, 0.894]',
        '[0.265, -0.112, 1.154]',
        '[0.072, 0.243, 0.996]',
        '[0.1, 0.2, 0.9]',
      ];
      return {
        id: `${demonstration}/${frame}/${kind}`,
        kind,
        demonstration,
        task: 'push_button',
        frame,
        camera: 'front',
        prompt: buildPrompt(kind, 'push the maroon button', options, [0.265, -0.112, 1.154]),
        options,
        points: null,
        answer: LETTERS[(frame / 10 + k) % 4],
        state: [0.265, -0.112, 1.154],
        keypoint: frame + 5,
        target: [0.254, -0.197, 0.894],
      };
    }),
  );
}

/** The header of a PNG of this size: all that an export looks at. */
function picture(width = 224, height = 224): EncodedImage {
  const bytes = new Uint8Array(33);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return { bytes, mime: 'image/png' };
}

const demos = Array.from({ length: 30 }, (_, i) => `push_button/variation0/episode${i}`);
const whole: EasyR1Export = {
  name: 'My run #1',
  questions: {
    train: demos.slice(0, 20).flatMap((d) => questionsOf(d, 10)),
    val: demos.slice(20).flatMap((d) => questionsOf(d, 2)),
  },
  image: () => Promise.resolve(picture()),
  rewardWeights: { format: 1, accuracy: 0.5 },
};
const small = { ...whole, questions: { train: questionsOf('a/b', 4), val: questionsOf('a_b', 1) } };

async function unpack(blob: Blob): Promise<Map<string, string>> {
  const entries = await new ZipReader(new BlobReader(blob)).getEntries();
  const files = entries.filter((e): e is FileEntry => !e.directory);
  return new Map(
    await Promise.all(files.map(async (e) => [e.filename, await e.getData(new TextWriter())] as const)),
  );
}

async function exported(input: EasyR1Export) {
  const files = await unpack(await exportEasyR1(input));
  const yaml = files.get('config.yaml')!;
  const config = flattenConfig(parse(yaml, { version: '1.1' }) as Record<string, unknown>);
  checkSettings(config);
  const settings: Settings = config;
  const rows = (name: string) =>
    files
      .get(name)!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { problem: string; answer: string; images: string[] });
  return {
    files,
    yaml,
    settings,
    train: rows('train.jsonl'),
    val: rows('val.jsonl'),
    readme: files.get('README.md')!,
  };
}

const full = exported(whole);

test("a full bundle holds the paper's run, valid for EasyR1", async () => {
  const { settings, yaml, train, val, readme, files } = await full;
  expect(settings).toMatchObject({
    'worker.actor.model.model_path': 'Qwen/Qwen2.5-VL-7B-Instruct',
    'data.rollout_batch_size': 512,
    'worker.actor.global_batch_size': 128,
    'worker.rollout.n': 5,
    'worker.rollout.temperature': 1,
    'worker.actor.optim.lr': 1e-6,
    'worker.actor.optim.weight_decay': 0.01,
    'trainer.total_epochs': 5,
    'trainer.nnodes': 1,
    'trainer.n_gpus_per_node': 4,
    'data.format_prompt': null,
    'data.max_prompt_length': 2048,
    'worker.reward.reward_function_kwargs': { format_weight: 1, accuracy_weight: 0.5 },
    'trainer.experiment_name': 'My_run_1',
  });
  checkBatchRules(settings, { train: train.length, val: val.length });
  expect(yaml).toContain('lr: 1.0e-6 # paper');
  expect(readme).not.toContain('Adjusted');
  expect(readme).toContain('python3 -m verl.trainer.main config=config.yaml');
  expect(readme).toContain('600 rows give 1 step an epoch');
  expect(files.get('reward.py')).toContain('def compute_score');
});

test('rows carry prompt, letter and a picture that is in the bundle, once a frame', async () => {
  const { train, val, files } = await full;
  for (const row of [...train, ...val]) {
    expect(Object.keys(row)).toEqual(['problem', 'answer', 'images']);
    expect(row.problem.split('<image>')).toHaveLength(2);
    expect(LETTERS).toContain(row.answer);
    expect(row.images).toHaveLength(1);
    expect(files.has(row.images[0])).toBe(true);
  }
  expect(train).toHaveLength(600);
  expect([...files.keys()].filter((path) => path.startsWith('images/'))).toHaveLength(220);
});

test('few questions: batch sizes are lowered and the README says so', async () => {
  const { settings, readme, train, val, files } = await exported(small);
  expect(settings).toMatchObject({ 'data.rollout_batch_size': 12, 'worker.actor.global_batch_size': 4 });
  checkBatchRules(settings, { train: train.length, val: val.length });
  expect(readme).toContain('these 12 allow 12 and 4');
  expect([...files.keys()]).toContain('images/a_b_front_0-2.png');
});

test('large pictures get a longer prompt', async () => {
  const { settings, readme } = await exported({ ...small, image: () => Promise.resolve(picture(1280, 720)) });
  expect(settings['data.max_prompt_length']).toBeGreaterThan(2048);
  expect(readme).toContain('max_prompt_length is');
});

test('overrides are checked, kept and named', async () => {
  const settings = {
    'worker.actor.optim.lr': 2e-6,
    'data.rollout_batch_size': 8,
    'worker.actor.global_batch_size': 8,
  };
  const { yaml, readme } = await exported({ ...small, settings });
  expect(yaml).toContain('lr: 2.0e-6 # yours');
  expect(readme).toContain('`data.rollout_batch_size`: 8');
  await expect(exportEasyR1({ ...small, settings: { 'data.rollout_size': 8 } })).rejects.toThrow(
    'no setting',
  );
  await expect(exportEasyR1({ ...small, settings: { 'worker.rollout.n': 1 } })).rejects.toThrow(
    'grpo needs n above 1',
  );
});

test('the same export gives the same bytes', async () => {
  const [a, b] = await Promise.all([exportEasyR1(small), exportEasyR1(small)]);
  expect(new Uint8Array(await a.arrayBuffer())).toEqual(new Uint8Array(await b.arrayBuffer()));
});

test('refuses what would spoil the run, before any picture is read', async () => {
  const image = () => Promise.reject(new Error('read a picture'));
  const { train, val } = small.questions;
  const attempt = (questions: EasyR1Export['questions']) => exportEasyR1({ ...small, image, questions });
  await expect(attempt({ train, val: train })).rejects.toThrow(
    'demonstration a/b is in training and validation',
  );
  await expect(attempt({ train, val: [] })).rejects.toThrow('no validation question');
  await expect(attempt({ train: train.slice(0, 3), val })).rejects.toThrow('too few for 4 GPUs');
});

test('stops on abort and on bytes that are no picture', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = ({ done }: { done: number }) => {
    seen.push(done);
    stop.abort();
  };
  await expect(exportEasyR1({ ...small, signal: stop.signal, onProgress })).rejects.toThrow('abort');
  expect(seen).toEqual([1]);
  const image = () => Promise.resolve({ bytes: new Uint8Array(40), mime: 'image/png' } as const);
  await expect(exportEasyR1({ ...small, image })).rejects.toThrow('40 bytes given as image/png');
});

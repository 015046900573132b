/** Runs that begin with an adapter from elsewhere, on the embedded checkpoint. */
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { TINY } from '../../test/hub/hubServer.ts';
import type { RunSummary } from '../runs/run.ts';
import { run } from './cli.ts';
import type { Terminal } from './command.ts';

/** A loaded machine runs this at a fraction of its speed. */
const SLOW = 300_000;
const LEAST = ['--eval-questions', '1', '--samples', '1'];
const AT_ENDS = ['--eval-steps', '0'];
const PEFT = ['adapter_config.json', 'adapter_model.safetensors'];

let base: string;
const at = (name: string) => join(base, name);

/** @param stopAfter a line that begins so ends it, as Ctrl-C does. */
async function robotR1(args: string[], stopAfter?: string) {
  const stop = new AbortController();
  const noted: string[] = [];
  const terminal: Terminal = {
    print: () => undefined,
    note(line) {
      noted.push(line);
      if (stopAfter && line.startsWith(stopAfter)) stop.abort();
    },
    progress: () => undefined,
    signal: stop.signal,
  };
  return { code: await run([...args, ...LEAST], terminal), noted };
}

const sft = (out: string, steps: string, ...more: string[]) =>
  robotR1([
    'sft',
    '--steps',
    steps,
    '--per_device_train_batch_size',
    '2',
    ...AT_ENDS,
    '--out',
    at(out),
    ...more,
  ]);
const bytesOf = (folder: string) => readFile(join(at(folder), 'adapter_model.safetensors'));
const textOf = (folder: string, file: string) => readFile(join(at(folder), file), 'utf8');
const runOf = async (folder: string) => JSON.parse(await textOf(folder, 'run.json')) as RunSummary;
/** Time and the heap are the process's, in which other runs were before. */
const OF_THE_PROCESS = ['seconds', 'step_time', 'perf/max_memory_allocated_gb'];
const metricsOf = async (folder: string) =>
  (await textOf(folder, 'metrics.jsonl'))
    .trim()
    .split('\n')
    .map((line) => Object.entries(JSON.parse(line) as Record<string, number>))
    .map((metrics) => Object.fromEntries(metrics.filter(([name]) => !OF_THE_PROCESS.includes(name))));

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'start-'));
  expect((await sft('first', '1')).code).toBe(0);
  await mkdir(at('peft'));
  for (const file of PEFT) await copyFile(join(at('first'), file), join(at('peft'), file));
}, SLOW);

test(
  'one step and one more that begins with it are two steps, and the child names its parent',
  async () => {
    const { code, noted } = await sft('second', '1', '--adapter', at('first'));
    expect(code).toBe(0);
    expect(noted[0]).toBe(
      'begins with the adapter of “sft, seed 0” after step 1: r 8, lora_alpha 16, q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj',
    );
    await sft('both', '2');
    expect((await bytesOf('second')).equals(await bytesOf('both'))).toBe(true);
    const { id, name } = await runOf('first');
    expect((await runOf('second')).parent).toEqual({ id, name, step: 1 });
  },
  SLOW,
);

test(
  'GRPO from a cold start: stopped and resumed it learns what an unbroken run learns; the KL is to the base',
  async () => {
    const settings = ['--steps', '2', '--generations', '4', '--rollouts', '8', '--beta', '0.04', ...AT_ENDS];
    const begin = (out: string, stopAfter?: string) =>
      robotR1(['train', '--adapter', at('first'), ...settings, '--out', at(out)], stopAfter);
    expect((await begin('unbroken')).code).toBe(0);
    // Before its first step, and after it.
    expect((await begin('early', 'held-out questions after 0')).code).toBe(130);
    expect((await begin('late', 'step 1/')).code).toBe(130);
    expect((await runOf('early')).steps).toBe(0);
    for (const broken of ['early', 'late']) {
      expect((await robotR1(['train', '--resume', at(broken)])).code).toBe(0);
      expect(await metricsOf(broken)).toEqual(await metricsOf('unbroken'));
      expect((await bytesOf(broken)).equals(await bytesOf('unbroken'))).toBe(true);
    }
    const [first] = await metricsOf('unbroken');
    expect(first.update_skipped).toBe(0);
    expect(first.kl).toBeGreaterThan(1e-6);
  },
  SLOW,
);

test(
  'a bare PEFT adapter begins a run with fresh moments; its config comes with it',
  async () => {
    const config = JSON.parse(await textOf('peft', 'adapter_config.json')) as object;
    await mkdir(at('other'));
    await copyFile(join(at('peft'), PEFT[1]), join(at('other'), PEFT[1]));
    await writeFile(join(at('other'), PEFT[0]), JSON.stringify({ ...config, lora_alpha: 4 }));
    expect((await sft('third', '1', '--adapter', at('other'))).code).toBe(0);
    const third = await runOf('third');
    expect(third.parent).toEqual({ id: null, name: 'other', step: null });
    expect(third.config.lora).toMatchObject({ r: 8, lora_alpha: 4 });
    expect((await bytesOf('third')).equals(await bytesOf('peft'))).toBe(false);

    for (const [broken, message] of [
      [{ ...config, lora_alpha: 0 }, 'lora_alpha 0 switches the adapter off'],
      [{ ...config, r: 4 }, 'its rank 4'],
      [{ ...config, lora_alpha: undefined }, 'lora_alpha'],
    ] as const) {
      await writeFile(join(at('other'), PEFT[0]), JSON.stringify(broken));
      const { code, noted } = await sft('never', '1', '--adapter', at('other'));
      expect([code, noted.at(-1)]).toEqual([1, expect.stringContaining(message)]);
    }
  },
  SLOW,
);

test(
  'what cannot be begun with is said',
  async () => {
    const { code, noted } = await sft('never', '1', '--adapter', at('first'), '--model', TINY);
    expect(code).toBe(1);
    expect(noted).toContain(`that adapter was trained on embedded, not on ${TINY}`);
    expect(noted.at(-1)).toMatch(/--adapter .*first: adapter's layers\.0\.self_attn\.q_proj is 192 to 256/);
    const nothing = await sft('never', '1', '--adapter', at('nothing'));
    expect([nothing.code, nothing.noted.at(-1)]).toEqual([1, expect.stringContaining('is it an adapter?')]);
    const changed = await robotR1(['train', '--resume', at('first'), '--adapter', at('peft')]);
    expect([changed.code, changed.noted[0]]).toEqual([
      2,
      expect.stringContaining('--adapter cannot be changed'),
    ]);
  },
  SLOW,
);

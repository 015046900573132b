/** Against what PyTorch, transformers and PEFT compute on the same files (tools/checkpoint/golden.py). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenArray, type GoldenArray } from '../../test/golden/goldenArray.ts';
import { goldenFile, tinyFile } from '../../test/golden/tinyCheckpoint.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { createLearner } from './createLearner.ts';
import type { Learner, LearnerGroup, OptimizerSettings } from './learner.ts';
import { DEFAULT_LOSS, type LossSettings } from './lossSettings.ts';
import { ADAMW } from './syntheticDecoder.ts';

interface GoldenCase {
  name: string;
  settings: LossSettings;
  importance_sampling_mode?: LossSettings['importance_sampling_mode'];
  old_logprobs: number[][] | null;
  sampling_logprobs: number[][];
  loss: number;
  metrics: Record<string, number>;
  gradients: Record<string, GoldenArray>;
}

interface Golden {
  prompt_embeds: GoldenArray;
  responses: { ids: number[]; advantage: number }[];
  logprobs: Record<string, number[][]>;
  base_logprobs: Record<string, number[][]>;
  cases: GoldenCase[];
  adamw: {
    case: string;
    settings: OptimizerSettings;
    steps: number;
    parameters: Record<string, GoldenArray>;
    grad_norms: number[];
  };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const golden = JSON.parse(text(goldenFile('learner.json'))) as Golden;
const adapter = readPeft({
  'adapter_config.json': text(goldenFile('adapter/adapter_config.json')),
  'adapter_model.safetensors': goldenFile('adapter/adapter_model.safetensors'),
});

let learner: Learner;
beforeAll(async () => {
  const source = { name: 'tiny', read: (path: string) => Promise.resolve(tinyFile(path)) };
  learner = await createLearner(source, { device: 'wasm' });
}, 60_000);
afterAll(() => learner.dispose());

test.each(['1.0', '0.8'])('log-probabilities at temperature %s', async (temperature) => {
  const group = goldenGroup(golden.cases[0]);
  await learner.setAdapter(withoutEffect());
  const base = await learner.logprobs(group, Number(temperature));
  expectNear(
    base.flatMap((values) => [...values]),
    golden.base_logprobs[temperature].flat(),
    1e-5,
  );
  await learner.setAdapter(adapter);
  const adapted = await learner.logprobs(group, Number(temperature));
  expectNear(
    adapted.flatMap((values) => [...values]),
    golden.logprobs[temperature].flat(),
    1e-5,
  );
});

test.each(golden.cases.map((one) => [one.name, one] as const))(
  'loss, metrics and gradients: %s',
  async (_, one) => {
    await learner.setAdapter(adapter);
    const metrics = await learner.update([goldenGroup(one)], lossOf(one), ADAMW);
    expect(Math.abs(metrics.policy_loss - one.loss)).toBeLessThan(1e-4 * Math.max(Math.abs(one.loss), 0.01));
    for (const [name, value] of Object.entries(one.metrics))
      expect([name, metrics[name]]).toEqual([name, near(value)]);
    const { m } = (await learner.adapter()).optimizer;
    expect(Object.keys(m).sort()).toEqual(Object.keys(one.gradients).sort());
    for (const [name, expected] of Object.entries(one.gradients)) {
      const gradient = m[name].map((value) => value / (1 - ADAMW.adam_beta1));
      expectNear([...gradient], [...goldenArray(expected)], 1e-4, name);
    }
  },
);

test('two steps of AdamW with weight decay and clipping', async () => {
  const { case: name, settings, steps, parameters, grad_norms } = golden.adamw;
  const one = golden.cases.find((candidate) => candidate.name === name)!;
  await learner.setAdapter(adapter);
  for (let step = 0; step < steps; step++) {
    const metrics = await learner.update([goldenGroup(one)], lossOf(one), settings);
    expect(metrics.grad_norm / grad_norms[step]).toBeCloseTo(1, 4);
  }
  const { modules } = (await learner.adapter()).adapter;
  for (const [key, expected] of Object.entries(parameters)) {
    const [module, part] = [key.slice(0, -2), key.slice(-1) as 'A' | 'B'];
    expectNear([...modules[module][part]], [...goldenArray(expected)], 1e-4, key);
  }
});

function lossOf({ settings, importance_sampling_mode = DEFAULT_LOSS.importance_sampling_mode }: GoldenCase) {
  return { ...DEFAULT_LOSS, ...settings, importance_sampling_mode };
}

function goldenGroup({ old_logprobs, sampling_logprobs }: GoldenCase): LearnerGroup {
  return {
    promptEmbeds: goldenArray(golden.prompt_embeds),
    responses: golden.responses.map(({ ids, advantage }, i) => ({
      ids: Int32Array.from(ids),
      samplingLogprobs: Float32Array.from(sampling_logprobs[i]),
      oldLogprobs: old_logprobs && Float32Array.from(old_logprobs[i]),
      advantage,
    })),
  };
}

function withoutEffect() {
  const copy = structuredClone(adapter);
  for (const pair of Object.values(copy.modules)) pair.B.fill(0);
  return copy;
}

function near(value: number): number {
  return expect.closeTo(value, 4) as number;
}

/** Within `tolerance` of the largest value. */
function expectNear(actual: number[], expected: number[], tolerance: number, what = 'values'): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  expect(worst, what).toBeLessThan(tolerance * scale);
}

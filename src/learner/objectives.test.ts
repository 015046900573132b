/** Every loss option against PyTorch's loss and gradient (tools/checkpoint/golden_objectives.py). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goldenArray, type GoldenArray } from '../../test/golden/goldenArray.ts';
import { goldenFile, tinyFile } from '../../test/golden/tinyCheckpoint.ts';
import { readPeft } from '../checkpoint/peft.ts';
import { createLearner } from './createLearner.ts';
import type { Learner, LearnerGroup } from './learner.ts';
import type { LossSettings } from './lossSettings.ts';
import { ADAMW } from './syntheticDecoder.ts';

interface Gradients {
  grad_norm: number;
  gradients: Record<string, GoldenArray>;
}

interface GoldenCase extends Gradients {
  name: string;
  settings: Partial<LossSettings>;
  old_logprobs: number[][][] | null;
  sampling_logprobs: number[][][];
  loss: number;
  metrics: Record<string, number>;
}

interface Golden {
  prompt_embeds: GoldenArray;
  groups: { ids: number[]; advantage: number; truncated: boolean }[][];
  defaults: LossSettings;
  cases: GoldenCase[];
  supervised: Gradients & { loss: number; entropy: number };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const golden = JSON.parse(text(goldenFile('objectives.json'))) as Golden;
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

test.each(golden.cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
  await learner.setAdapter(adapter);
  const metrics = await learner.update(groupsOf(one), { ...golden.defaults, ...one.settings }, ADAMW);
  expect(Math.abs(metrics.policy_loss - one.loss)).toBeLessThan(1e-4 * Math.max(Math.abs(one.loss), 0.01));
  for (const [name, value] of Object.entries(one.metrics))
    expect(Math.abs(metrics[name] - value), name).toBeLessThan(1e-4 * Math.max(Math.abs(value), 0.1));
  await expectGradients(metrics.grad_norm, one);
});

test('supervised: the mean cross-entropy of the responses', async () => {
  await learner.setAdapter(adapter);
  const metrics = await learner.update(groupsOf(golden.cases[0]), { loss_type: 'nll' }, ADAMW);
  expect(metrics.loss / golden.supervised.loss).toBeCloseTo(1, 5);
  expect(metrics.entropy / golden.supervised.entropy).toBeCloseTo(1, 5);
  await expectGradients(metrics.grad_norm, golden.supervised);
});

async function expectGradients(norm: number, expected: Gradients): Promise<void> {
  expect(Math.abs(norm / expected.grad_norm - 1)).toBeLessThan(1e-4);
  const { m } = (await learner.adapter()).optimizer;
  for (const [name, values] of Object.entries(expected.gradients)) {
    const wanted = goldenArray(values);
    const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = m[name].reduce(
      (most, value, i) => Math.max(most, Math.abs(value / (1 - ADAMW.adam_beta1) - wanted[i])),
      0,
    );
    expect(worst / scale, name).toBeLessThan(1e-4);
  }
}

function groupsOf({ old_logprobs, sampling_logprobs }: GoldenCase): LearnerGroup[] {
  return golden.groups.map((responses, g) => ({
    promptEmbeds: goldenArray(golden.prompt_embeds),
    responses: responses.map(({ ids, advantage, truncated }, i) => ({
      ids: Int32Array.from(ids),
      samplingLogprobs: Float32Array.from(sampling_logprobs[g][i]),
      oldLogprobs: old_logprobs && Float32Array.from(old_logprobs[g][i]),
      advantage,
      truncated,
    })),
  }));
}

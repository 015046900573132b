import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Adapter } from '../checkpoint/adapter.ts';
import { allocatedMetric } from './allocated.ts';
import { startBackend } from './backend.ts';
import type { LearnerGroup } from './learner.ts';
import { DEFAULT_LOSS, LOSS_TYPES, type LossSettings } from './lossSettings.ts';
import { naiveScores } from './naiveDecoder.ts';
import { naiveLoss } from './naiveLoss.ts';
import { ADAMW, SMALL, syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

const PARAMETERS = cachedLinear();
const ADAPTER = syntheticAdapter(SMALL, 3, 'adapter');
const TEMPERATURE = 0.8;
const LOSS: LossSettings = {
  ...DEFAULT_LOSS,
  temperature: TEMPERATURE,
  max_completion_length: 10,
  importance_sampling_correction: false,
};
const PLAIN = { ...ADAMW, learning_rate: 1e-2 };

beforeAll(() => startBackend('wasm'), 60_000);

test('a packed group scores each response as if it stood alone', async () => {
  const learner = new TfjsLearner('wasm', PARAMETERS);
  await learner.setAdapter(ADAPTER);
  const group = syntheticGroup(SMALL, 7, [5, 1, 8, 5], 'group');
  const logprobs = await learner.logprobs(group, TEMPERATURE);
  group.responses.forEach(({ ids }, i) => {
    const naive = naiveScores(PARAMETERS, ADAPTER, group.promptEmbeds, ids, TEMPERATURE);
    expect(largestDifference(logprobs[i], naive.logprobs)).toBeLessThan(2e-5);
  });
  await learner.dispose();
});

/** One of each option; cispo's gradient is not that of its value, see its golden values. */
const OPTIONS: Partial<LossSettings>[] = [
  { beta: 0.1 },
  { loss_type: 'bnpo', kl_penalty: 'k2', beta: 0.1 },
  { loss_type: 'dr_grpo', kl_penalty: 'k1', beta: 0.1 },
  { loss_type: 'sapo' },
  { importance_sampling_level: 'sequence', epsilon: 0.05 },
  { entropy_coef: 0.2 },
  { loss_type: 'grpo', delta: 1.25, mask_truncated_completions: true, entropy_coef: 0.1 },
];

test.each(OPTIONS)(
  'the gradient of every layer equals finite differences of the unpacked loss in doubles: %j',
  async (options) => {
    const groups = [
      [3, 1],
      [2, 4, 2],
    ].map((lengths, i) => withOldLogprobs(syntheticGroup(SMALL, 3, lengths, `group ${i}`)));
    groups[1].responses[2].truncated = true;
    const settings = { ...LOSS, ...options };
    const learner = await newLearner();
    const metrics = await learner.update(groups, settings, PLAIN);
    const expected = naiveLoss(PARAMETERS, groups, ADAPTER, { ...settings, entropy_coef: 0 });
    expect(metrics.policy_loss).toBeCloseTo(expected, 5);
    const { m } = (await learner.adapter()).optimizer;
    for (const [name, moment] of Object.entries(m).filter(([name]) => name.startsWith('layers.0'))) {
      const direction = moment.map((_, i) => Math.sin(7 * i + 1));
      const along = moment.reduce(
        (sum, value, i) => sum + (value / (1 - PLAIN.adam_beta1)) * direction[i],
        0,
      );
      expect(along / slopeAlong(groups, settings, name, direction), name).toBeCloseTo(1, 3);
    }
    await learner.dispose();
  },
);

test('a group without advantages halves the means, unscored; under beta it has its KL', async () => {
  const [told, flat] = ['told', 'flat'].map((seed) =>
    withOldLogprobs(syntheticGroup(SMALL, 3, [3, 2], seed)),
  );
  for (const one of flat.responses) one.advantage = 0;
  for (const beta of [0, 0.1])
    for (const loss_type of ['grpo', 'dapo', 'dr_grpo', 'bnpo'] as const) {
      const settings = { ...LOSS, loss_type, beta };
      const learner = await newLearner();
      const metrics = await learner.update([told, flat], settings, PLAIN);
      expect(metrics.policy_loss).toBeCloseTo(naiveLoss(PARAMETERS, [told, flat], ADAPTER, settings), 5);
      await learner.setAdapter(ADAPTER);
      const alone = await learner.update([told], settings, PLAIN);
      if (beta === 0) expect(metrics.grad_norm / alone.grad_norm).toBeCloseTo(1 / 2, 5);
      await learner.dispose();
    }
});

test('a ratio to the own log-probabilities is exactly 1: the gradient is the one without any, bit for bit', async () => {
  for (const importance_sampling_level of ['token', 'sequence'] as const) {
    const settings = { ...LOSS, importance_sampling_level };
    const group = syntheticGroup(SMALL, 6, [5, 9, 3], 'ratio');
    const learner = await newLearner();
    const old = await learner.logprobs(group, TEMPERATURE);
    const same = {
      ...group,
      responses: group.responses.map((response, i) => ({ ...response, oldLogprobs: old[i] })),
    };
    const metrics = await learner.update([same], settings, PLAIN);
    expect(metrics['clip_ratio/region_mean']).toBe(0);
    const { m } = (await learner.adapter()).optimizer;
    const plain = await newLearner();
    const expected = await plain.update([group], settings, PLAIN);
    expect(metrics).toEqual(expected);
    expect(m).toEqual((await plain.adapter()).optimizer.m);
    for (let i = 0; i < 4; i++) await learner.update([same], settings, PLAIN);
    const later = await learner.update([same], settings, PLAIN);
    expect(later['clip_ratio/region_mean']).toBeGreaterThan(0);
    await learner.dispose();
    await plain.dispose();
  }
});

test('responses packed in several blocks, or recomputed, get the gradient that they get alone', async () => {
  const group = syntheticGroup(SMALL, 6, [70, 60, 65, 3], 'long');
  const alone = group.responses.map((response) => ({ ...group, responses: [response] }));
  const expected = await moments(await newLearner(), alone);
  for (const learner of [await newLearner(), await newLearner(0)])
    for (const [name, values] of Object.entries(await moments(learner, [group]))) {
      const scale = Math.max(...expected[name].map(Math.abs));
      expect(largestDifference(values, expected[name]) / scale, name).toBeLessThan(1e-4);
    }
});

test('no tensor is left over from step to step, nor after dispose, whatever the options', async () => {
  const before = tf.memory().numTensors;
  const learner = await newLearner();
  const counts: number[] = [];
  const all = LOSS_TYPES.flatMap((loss_type) =>
    OPTIONS.map((options) => ({ ...LOSS, ...options, loss_type })),
  );
  for (const [step, objective] of [...all, { loss_type: 'nll' } as const].entries()) {
    await learner.update([syntheticGroup(SMALL, 4, [3, 5], `step ${step}`)], objective, PLAIN);
    await learner.logprobs(syntheticGroup(SMALL, 4, [2], 'other'), 1);
    counts.push(tf.memory().numTensors);
  }
  expect(new Set(counts).size).toBe(1);
  await learner.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('an abort leaves adapter, moments and memory as they were', async () => {
  const learner = await newLearner();
  const groups = ['a', 'b', 'c'].map((seed) => syntheticGroup(SMALL, 4, [3, 5], seed));
  await learner.update(groups, LOSS, PLAIN);
  const [before, tensors] = [await learner.adapter(), tf.memory().numTensors];
  const controller = new AbortController();
  const done: number[] = [];
  const update = learner.update(groups, LOSS, PLAIN, {
    signal: controller.signal,
    onProgress: (groupsDone) => {
      done.push(groupsDone);
      if (groupsDone === 2) controller.abort();
    },
  });
  await expect(update).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error);
  expect(done).toEqual([1, 2]);
  expect(await learner.adapter()).toEqual(before);
  expect(tf.memory().numTensors).toBe(tensors);
  await learner.dispose();
});

test('scores that cannot be read back leave nothing on the device', async () => {
  const learner = await newLearner();
  const tensors = tf.memory().numTensors;
  const reading = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValueOnce(new Error('device lost'));
  await expect(learner.logprobs(syntheticGroup(SMALL, 4, [2], 'group'), 1)).rejects.toThrow('device lost');
  reading.mockRestore();
  expect(tf.memory().numTensors).toBe(tensors);
  await learner.dispose();
});

test('training goes on from an exported adapter and its moments as if it had not stopped', async () => {
  const groups = [syntheticGroup(SMALL, 4, [3, 5], 'group')];
  const [through, stopped, resumed] = await Promise.all([newLearner(), newLearner(), newLearner()]);
  for (let step = 0; step < 2; step++) await through.update(groups, LOSS, PLAIN);
  await stopped.update(groups, LOSS, PLAIN);
  const saved = await stopped.adapter();
  await resumed.setAdapter(saved.adapter, saved.optimizer);
  await resumed.update(groups, LOSS, PLAIN);
  expect(await resumed.adapter()).toEqual(await through.adapter());
  for (const learner of [through, stopped, resumed]) await learner.dispose();
});

test('a step follows the advantage', async () => {
  const learner = await newLearner();
  const group = syntheticGroup(SMALL, 4, [6, 6], 'group');
  group.responses.forEach((response, i) => (response.advantage = i === 0 ? 1 : -1));
  const total = async () =>
    (await learner.logprobs(group, TEMPERATURE)).map((values) => values.reduce((a, b) => a + b));
  const before = await total();
  await learner.update([group], LOSS, PLAIN);
  const after = await total();
  expect(after[0]).toBeGreaterThan(before[0]);
  expect(after[1]).toBeLessThan(before[1]);
  await learner.dispose();
});

test('an update says what memory the backend has taken', async () => {
  const learner = await newLearner();
  const metrics = await learner.update([syntheticGroup(SMALL, 4, [3, 5], 'group')], LOSS, PLAIN);
  expect(metrics).toMatchObject(allocatedMetric());
  expect(metrics['perf/max_memory_allocated_gb']).toBeGreaterThan(0);
  await learner.dispose();
});

test('what does not fit is refused with the reason', async () => {
  const learner = new TfjsLearner('wasm', PARAMETERS);
  const group = syntheticGroup(SMALL, 4, [3], 'group');
  await expect(learner.update([group], LOSS, PLAIN)).rejects.toThrow('no adapter');
  const other = syntheticAdapter({ ...SMALL, hidden_size: 20 }, 3, 'other');
  expect(() => learner.setAdapter(other)).toThrow('20 to');
  await learner.setAdapter(ADAPTER);
  await expect(learner.update([], LOSS, PLAIN)).rejects.toThrow('no groups');
  group.responses[0].ids[1] = 99;
  await expect(learner.logprobs(group, 1)).rejects.toThrow('token id 99');
  await learner.dispose();
});

function cachedLinear() {
  const parameters = syntheticParameters(SMALL, 'decoder');
  const weights = new Map<string, ReturnType<typeof parameters.linear>>();
  const norms = new Map<string, Float32Array>();
  return {
    ...parameters,
    linear: (path: string) =>
      weights.get(path) ?? (weights.set(path, parameters.linear(path)), weights.get(path)!),
    norm: (path: string) => norms.get(path) ?? (norms.set(path, parameters.norm(path)), norms.get(path)!),
  };
}

function withOldLogprobs(group: LearnerGroup): LearnerGroup {
  const responses = group.responses.map((response, i) => {
    const { logprobs } = naiveScores(PARAMETERS, ADAPTER, group.promptEmbeds, response.ids, TEMPERATURE);
    return {
      ...response,
      oldLogprobs: Float32Array.from(logprobs, (value, t) => value + 0.13 * Math.sin(3 * t + i)),
    };
  });
  return { ...group, responses };
}

async function newLearner(activationBytes?: number): Promise<TfjsLearner> {
  const learner = new TfjsLearner('wasm', PARAMETERS, activationBytes);
  await learner.setAdapter(ADAPTER);
  return learner;
}

/** Of one update; disposes the learner. */
async function moments(learner: TfjsLearner, groups: LearnerGroup[]): Promise<Record<string, Float32Array>> {
  await learner.update(groups, LOSS, PLAIN);
  const { optimizer } = await learner.adapter();
  await learner.dispose();
  return optimizer.m;
}

/** Derivative of the loss when one tensor of the adapter moves along a direction. */
function slopeAlong(
  groups: LearnerGroup[],
  settings: LossSettings,
  name: string,
  direction: Float32Array,
): number {
  const [module, part] = [name.slice(0, -2), name.slice(-1) as 'A' | 'B'];
  const values = ADAPTER.modules[module][part];
  const [up, down] = [1e-5, -1e-5].map((by) => {
    const moved = Array.from(values, (value, i) => value + by * direction[i]);
    return naiveLoss(PARAMETERS, groups, withValues(module, part, moved), settings);
  });
  return (up - down) / 2e-5;
}

/** The adapter with one tensor in doubles. */
function withValues(module: string, part: 'A' | 'B', values: number[]): Adapter {
  const pair = { ...ADAPTER.modules[module], [part]: Float64Array.from(values) as unknown as Float32Array };
  return { ...ADAPTER, modules: { ...ADAPTER.modules, [module]: pair } };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

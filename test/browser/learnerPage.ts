/** The learner on WebGPU in a page; learner.spec.ts calls these from outside. */
import * as tf from '@tensorflow/tfjs-core';
import { dequantise } from '../../src/checkpoint/linearWeight.ts';
import { startBackend } from '../../src/learner/backend.ts';
import { SMOLVLM_256M } from '../../src/learner/benchSettings.ts';
import { FourBitWeight } from '../../src/learner/fourBitWeight.ts';
import { FloatWeight, uploadLora, type FrozenWeight, type LoraTensors } from '../../src/learner/linear.ts';
import { DEFAULT_LOSS } from '../../src/learner/lossSettings.ts';
import { benchLeak, benchMemory } from '../../src/learner/memory.bench.ts';
import {
  ADAMW,
  randomBlocks,
  SMALL,
  syntheticAdapter,
  syntheticGroup,
  syntheticParameters,
} from '../../src/learner/syntheticDecoder.ts';
import { TfjsLearner } from '../../src/learner/tfjsLearner.ts';
import type { CutModel } from './cutModels.ts';

export interface ProductCase {
  rows: number;
  inputs: number;
  outputs: number;
  blockSize: number;
  zeroPoints: boolean;
  /** Rank of a LoRA branch; 0: none. */
  rank: number;
}

/** The largest difference between the 4-bit and the float32 product, as a share of the largest value. */
export async function compareProducts(one: ProductCase) {
  await startBackend('webgpu');
  const { rows, inputs, outputs, rank } = one;
  const weight = randomBlocks(outputs, inputs, `${outputs}x${inputs}`, one);
  const four = new FourBitWeight(weight);
  const float = new FloatWeight(dequantise(weight), outputs, inputs);
  const x: tf.Tensor2D = tf.randomNormal([rows, inputs], 0, 1, 'float32', 1);
  const dy: tf.Tensor2D = tf.randomNormal([rows, outputs], 0, 1, 'float32', 2);
  const lora = rank ? randomLora(rank, inputs, outputs) : undefined;
  const forward = (w: FrozenWeight) =>
    tf.tidy(() => w.forward(x, lora && { low: tf.matMul(x, lora.At), lora }));
  const backward = (w: FrozenWeight) =>
    tf.tidy(() => w.backward(dy, lora && { low: tf.matMul(dy, lora.B), lora }));
  return {
    forward: await difference(forward(four), forward(float)),
    backward: await difference(backward(four), backward(float)),
  };
}

function randomLora(r: number, inputs: number, outputs: number): LoraTensors {
  const values = (length: number, seed: number) =>
    tf.randomNormal([length], 0, 0.3, 'float32', seed).dataSync<'float32'>();
  return uploadLora({ A: values(r * inputs, 3), B: values(outputs * r, 4), in: inputs, out: outputs }, r, 2);
}

async function difference(a: tf.Tensor, b: tf.Tensor): Promise<number> {
  const [x, y] = await Promise.all([a.data<'float32'>(), b.data<'float32'>()]);
  if (x.length !== y.length) throw new Error(`${x.length} values against ${y.length}`);
  const largest = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0) / largest;
}

const CONFIG = {
  ...SMALL,
  num_hidden_layers: 1,
  hidden_size: 64,
  intermediate_size: 96,
  head_dim: 16,
  vocab_size: 48,
};
const LOSS = {
  ...DEFAULT_LOSS,
  temperature: 1,
  max_completion_length: 16,
  importance_sampling_correction: false,
};

/** Gradients (as the first moment of AdamW) and tensors of a few updates on the 4-bit weights and on their values. */
export async function tryUpdates(updates: number) {
  await startBackend('webgpu');
  const blocks = syntheticParameters(CONFIG, 'decoder', 'blocks');
  const floats = {
    ...blocks,
    linear: (path: string) => asFloats(blocks.linear(path)),
    head: asFloats(blocks.head),
  };
  const results = [];
  for (const parameters of [blocks, floats]) {
    const empty = tf.memory().numBytes;
    const learner = new TfjsLearner('webgpu', parameters);
    const weightBytes = tf.memory().numBytes - empty;
    await learner.setAdapter(syntheticAdapter(CONFIG, 8, 'adapter'));
    const held = [];
    for (let step = 0; step < updates; step++) {
      await learner.update([syntheticGroup(CONFIG, 6, [4, 5], `step ${step % 2}`)], LOSS, ADAMW);
      held.push(tf.memory());
    }
    const { m } = (await learner.adapter()).optimizer;
    await learner.dispose();
    const tensors = held.map(({ numTensors }) => numTensors);
    const bytes = held.map(({ numBytes }) => numBytes);
    const gpuBytes = held.map(
      (memory) => (memory as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU,
    );
    results.push({ weightBytes, m: Object.values(m).map((x) => [...x]), tensors, bytes, gpuBytes });
  }
  return { blocks: results[0], floats: results[1] };
}

function asFloats(weight: Parameters<typeof dequantise>[0]) {
  const { outFeatures, inFeatures } = weight;
  return { kind: 'dense' as const, outFeatures, inFeatures, data: dequantise(weight) };
}

/** Two updates, the device destroyed in the second one: what that throws, and the moments after it was done again. */
export async function loseDevice() {
  const groups = [0, 1].map((i) => syntheticGroup(CONFIG, 6, [4, 5], `step ${i}`));
  const start = async () => {
    await startBackend('webgpu');
    return new TfjsLearner('webgpu', syntheticParameters(CONFIG, 'decoder', 'blocks'));
  };
  const update = (learner: TfjsLearner, i: number, onProgress?: () => void) =>
    learner.update([groups[i], groups[i]], LOSS, ADAMW, { onProgress });
  const moments = async (learner: TfjsLearner) =>
    Object.values((await learner.adapter()).optimizer.m).flatMap((x) => [...x]);

  const unbroken = await start();
  await unbroken.setAdapter(syntheticAdapter(CONFIG, 8, 'adapter'));
  await update(unbroken, 0);
  const state = await unbroken.adapter();
  await update(unbroken, 1);
  const expected = await moments(unbroken);

  const broken = await start();
  await broken.setAdapter(state.adapter, state.optimizer);
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const error = await update(broken, 1, () => device.destroy()).then(
    () => 'nothing',
    ({ name }: Error) => name,
  );
  const kept = (await broken.adapter()).optimizer.step;

  const again = await start();
  await again.setAdapter(state.adapter, state.optimizer);
  await update(again, 1);
  return { error, kept, expected, resumed: await moments(again) };
}

/** Seconds of the fastest of some turns, forward and backward, and bytes on the GPU. */
export async function benchProducts(rows: number, inputs: number, outputs: number, turns = 3) {
  await startBackend('webgpu');
  const blocks = randomBlocks(outputs, inputs, 'bench');
  const empty = tf.memory().numBytes;
  const four = new FourBitWeight(blocks);
  const fourBytes = tf.memory().numBytes - empty;
  const float = new FloatWeight(dequantise(blocks), outputs, inputs);
  const floatBytes = tf.memory().numBytes - empty - fourBytes;
  const [x, dy]: tf.Tensor2D[] = [tf.randomNormal([rows, inputs]), tf.randomNormal([rows, outputs])];
  const runs = [
    () => four.forward(x),
    () => float.forward(x),
    () => four.backward(dy),
    () => float.backward(dy),
  ];
  const best = runs.map(() => Infinity);
  for (let turn = 0; turn <= turns; turn++)
    for (const [i, run] of runs.entries()) {
      const start = performance.now();
      const y = run();
      await y.data();
      y.dispose();
      if (turn > 0) best[i] = Math.min(best[i], (performance.now() - start) / 1000);
    }
  tf.dispose([x, dy]);
  four.dispose();
  float.dispose();
  const [fourForward, floatForward, fourBackward, floatBackward] = best;
  return { fourForward, floatForward, fourBackward, floatBackward, fourBytes, floatBytes };
}

/** What the learner holds after some updates and after many. */
export function leak(early: number, late: number) {
  return benchLeak('webgpu', { config: CONFIG, early, late });
}

/** Memory of an update, measured and by the formula; on a page that has done nothing else. */
export function memory({ layers, vocabulary, ...shape }: CutModel) {
  const config = { ...SMOLVLM_256M, num_hidden_layers: layers, vocab_size: vocabulary };
  return benchMemory('webgpu', config, shape);
}

Object.assign(globalThis, { compareProducts, tryUpdates, loseDevice, benchProducts, leak, memory });

/** What a learner step costs, each figure beside what it is measured against, the two in turns. */
import * as tf from '@tensorflow/tfjs-core';
import { ALL_LINEAR } from '../checkpoint/adapter.ts';
import { startBackend, type Device } from './backend.ts';
import { EMBEDDED_SIZE, RANK, update } from './benchSettings.ts';
import { FloatWeight } from './linear.ts';
import { packGroup } from './packing.ts';
import { transposedTimes } from './products.ts';
import { stepProducts, totalProducts } from './stepProducts.ts';
import { syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

export interface StepBenchmark {
  packedSeconds: number;
  /** The same responses, each with a prompt of its own. */
  unpackedSeconds: number;
  /** As many multiply-adds as the packed step needs (stepProducts.ts), all in plain products of one size. */
  productsSeconds: number;
  /** Those multiply-adds, counted twice, by the time of the packed step. */
  packedGflops: number;
}

/** One update on one group. */
export async function benchStep(
  device: Device,
  { promptLength = 300, responseLength = 64, responses = 8, repeats = 5 } = {},
): Promise<StepBenchmark> {
  await startBackend(device);
  const learner = new TfjsLearner(device, syntheticParameters(EMBEDDED_SIZE, 'bench'));
  const adapter = syntheticAdapter(EMBEDDED_SIZE, RANK, 'bench', ALL_LINEAR);
  await learner.setAdapter(adapter);
  const lengths = new Array<number>(responses).fill(responseLength);
  const group = syntheticGroup(EMBEDDED_SIZE, promptLength, lengths, 'bench');
  const alone = group.responses.map((response) => ({ ...group, responses: [response] }));
  const packing = packGroup(promptLength, lengths);
  const needed = totalProducts(stepProducts(EMBEDDED_SIZE, adapter.config, packing));
  const plainProducts = Math.round(
    needed / (packing.rows * EMBEDDED_SIZE.hidden_size * EMBEDDED_SIZE.intermediate_size),
  );
  const [x, weight]: tf.Tensor2D[] = [
    tf.randomNormal([packing.rows, EMBEDDED_SIZE.hidden_size]),
    tf.randomNormal([EMBEDDED_SIZE.hidden_size, EMBEDDED_SIZE.intermediate_size]),
  ];
  const [packedSeconds, unpackedSeconds, productsSeconds] = await fastest(repeats, [
    () => update(learner, [group]),
    () => update(learner, alone),
    () => inProducts(plainProducts, x, weight),
  ]);
  tf.dispose([x, weight]);
  await learner.dispose();
  return {
    packedSeconds,
    unpackedSeconds,
    productsSeconds,
    packedGflops: (2 * needed) / packedSeconds / 1e9,
  };
}

export interface LinearBenchmark {
  ownSeconds: number;
  /** The products that the gradient of tf.matMul takes (tfjs-core, BatchMatMul_grad). */
  tfjsSeconds: number;
}

/** Both gradients of a linear layer y = x·Wᵀ, [rows, inputs] to [rows, outputs]. */
export async function benchLinear(
  device: Device,
  { rows = 512, inputs = 192, outputs = 512, repeats = 5 } = {},
): Promise<LinearBenchmark> {
  await startBackend(device);
  const [x, dy]: tf.Tensor2D[] = [tf.randomNormal([rows, inputs]), tf.randomNormal([rows, outputs])];
  const values = await tf.randomNormal([outputs, inputs]).data<'float32'>();
  const weight = new FloatWeight(values, outputs, inputs);
  const plain = tf.tensor2d(values, [outputs, inputs]);
  const [ownSeconds, tfjsSeconds] = await fastest(repeats, [
    () => finished([weight.backward(dy), transposedTimes(dy, x)]),
    () => finished([tf.matMul(dy, plain), tf.matMul(dy, x, true, false)]),
  ]);
  tf.dispose([x, dy, plain]);
  weight.dispose();
  return { ownSeconds, tfjsSeconds };
}

/** So many products of one size; one wait, for the last: a backend works them off in their order. */
async function inProducts(count: number, x: tf.Tensor2D, weight: tf.Tensor2D): Promise<void> {
  for (let i = 1; i < count; i++) tf.matMul(x, weight).dispose();
  await finished([tf.matMul(x, weight)]);
}

async function finished(results: tf.Tensor[]): Promise<void> {
  for (const result of results) await result.data();
  tf.dispose(results);
}

/** Seconds of the fastest of several turns of each, after one that is not measured. */
async function fastest(repeats: number, runs: (() => Promise<unknown>)[]): Promise<number[]> {
  const best = runs.map(() => Infinity);
  for (let i = 0; i <= repeats; i++)
    for (const [j, run] of runs.entries()) {
      const start = performance.now();
      await run();
      if (i > 0) best[j] = Math.min(best[j], (performance.now() - start) / 1000);
    }
  return best;
}

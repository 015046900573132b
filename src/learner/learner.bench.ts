/** What a learner step costs, each figure beside what it is measured against, the two in turns. */
import * as tf from '@tensorflow/tfjs-core';
import { ALL_LINEAR } from '../checkpoint/adapter.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { startBackend, type Device } from './backend.ts';
import { FloatWeight } from './linear.ts';
import type { LearnerGroup } from './learner.ts';
import { DEFAULT_LOSS, type LossSettings } from './lossSettings.ts';
import { ACTIVATION_BYTES, estimateMemory } from './memory.ts';
import { packGroup } from './packing.ts';
import { transposedTimes } from './products.ts';
import { stepProducts, totalProducts } from './stepProducts.ts';
import { ADAMW, syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

/** The embedded checkpoint's size. */
const CONFIG: CheckpointConfig = {
  hidden_size: 192,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  vocab_size: 600,
  max_position_embeddings: 1024,
  tie_word_embeddings: true,
  image_token_id: 0,
  eos_token_ids: [1],
};

const LOSS: LossSettings = {
  ...DEFAULT_LOSS,
  temperature: 1,
  max_completion_length: 96,
  importance_sampling_correction: false,
};

const OPTIMIZER = { ...ADAMW, max_grad_norm: 1 };

const RANK = 8;

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
  const learner = new TfjsLearner(device, syntheticParameters(CONFIG, 'bench'));
  const adapter = syntheticAdapter(CONFIG, RANK, 'bench', ALL_LINEAR);
  await learner.setAdapter(adapter);
  const lengths = new Array<number>(responses).fill(responseLength);
  const group = syntheticGroup(CONFIG, promptLength, lengths, 'bench');
  const alone = group.responses.map((response) => ({ ...group, responses: [response] }));
  const packing = packGroup(promptLength, lengths);
  const needed = totalProducts(stepProducts(CONFIG, adapter.config, packing));
  const plainProducts = Math.round(needed / (packing.rows * CONFIG.hidden_size * CONFIG.intermediate_size));
  const [x, weight] = [
    tf.randomNormal([packing.rows, CONFIG.hidden_size]),
    tf.randomNormal([CONFIG.hidden_size, CONFIG.intermediate_size]),
  ];
  const [packedSeconds, unpackedSeconds, productsSeconds] = await fastest(repeats, [
    () => update(learner, [group]),
    () => update(learner, alone),
    async () => {
      for (let i = 0; i < plainProducts; i++) await finished([tf.matMul(x, weight)]);
    },
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

export interface LeakBenchmark {
  tensors: [early: number, late: number];
  bytes: [early: number, late: number];
}

/** Tensors and bytes that tfjs holds after a few updates, and after many. */
export async function benchLeak(device: Device, [early, late] = [5, 100]): Promise<LeakBenchmark> {
  await startBackend(device);
  const learner = new TfjsLearner(device, syntheticParameters(CONFIG, 'bench'));
  await learner.setAdapter(syntheticAdapter(CONFIG, RANK, 'bench', ALL_LINEAR));
  const held: tf.MemoryInfo[] = [];
  for (let step = 1; step <= late; step++) {
    await update(learner, [syntheticGroup(CONFIG, 8, [4 + (step % 3), 5], `step ${step}`)]);
    if (step === early || step === late) held.push(tf.memory());
  }
  await learner.dispose();
  const [before, after] = held;
  return { tensors: [before.numTensors, after.numTensors], bytes: [before.numBytes, after.numBytes] };
}

/** SmolVLM-256M's language model (SmolLM2-135M). */
const SMOLVLM_256M: CheckpointConfig = {
  ...CONFIG,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49280,
};

export interface MemoryBenchmark {
  /** Bytes of tfjs at the fullest moment of an update, and by the formula. */
  measured: number;
  estimated: number;
  /** Bytes of the whole process at its fullest. */
  process: number;
}

/** An update of SmolVLM-256M's shapes with random 4-bit weights, on wasm. To be run in a process of its own. */
export async function benchMemory({
  promptLength = 400,
  responseLength = 64,
  responses = 4,
} = {}): Promise<MemoryBenchmark> {
  await startBackend('wasm');
  const lengths = new Array<number>(responses).fill(responseLength);
  const adapter = syntheticAdapter(SMOLVLM_256M, RANK, 'bench', ['q_proj', 'v_proj']);
  const learner = new TfjsLearner('wasm', syntheticParameters(SMOLVLM_256M, 'bench', 'blocks'));
  await learner.setAdapter(adapter);
  const group = syntheticGroup(SMOLVLM_256M, promptLength, lengths, 'bench');
  const { peakBytes } = await tf.profile(async () => {
    await update(learner, [group]);
  });
  await learner.dispose();
  const { peak } = estimateMemory(SMOLVLM_256M, adapter.config, {
    device: 'wasm',
    weightBits: 4,
    promptLength,
    responseLengths: lengths,
    groups: 1,
    activationBytes: ACTIVATION_BYTES,
  });
  return { measured: peakBytes, estimated: peak, process: process.resourceUsage().maxRSS * 1024 };
}

function update(learner: TfjsLearner, groups: LearnerGroup[]): Promise<unknown> {
  return learner.update(groups, LOSS, OPTIMIZER);
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

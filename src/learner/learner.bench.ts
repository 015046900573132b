/** What a learner step costs: packed against one response at a time, and against the raw rate of products. */
import * as tf from '@tensorflow/tfjs-core';
import { ALL_LINEAR } from '../checkpoint/adapter.ts';
import { linearModules, type CheckpointConfig } from '../checkpoint/config.ts';
import { startBackend, type Device } from './backend.ts';
import type { LearnerGroup, OptimizerSettings } from './learner.ts';
import { DEFAULT_LOSS, type LossSettings } from './lossSettings.ts';
import { syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
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

const OPTIMIZER: OptimizerSettings = {
  learning_rate: 1e-3,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  weight_decay: 0,
  max_grad_norm: 1,
};

export interface StepBenchmark {
  packedSeconds: number;
  /** The same responses, each with a prompt of its own. */
  unpackedSeconds: number;
  /** Multiply-adds of the frozen weights, counted twice (a product and its gradient), by the packed time. */
  packedGflops: number;
  /** Of one plain product of the model's size. */
  rawGflops: number;
}

/** One update on one group. */
export async function benchStep(
  device: Device,
  { promptLength = 100, responseLength = 40, responses = 8, repeats = 3 } = {},
): Promise<StepBenchmark> {
  await startBackend(device);
  const learner = new TfjsLearner(device, syntheticParameters(CONFIG, 'bench'));
  await learner.setAdapter(syntheticAdapter(CONFIG, 8, 'bench', ALL_LINEAR));
  const lengths = new Array<number>(responses).fill(responseLength);
  const group = syntheticGroup(CONFIG, promptLength, lengths, 'bench');
  const alone = group.responses.map((response) => ({ ...group, responses: [response] }));
  const packedSeconds = await fastest(repeats, () => update(learner, [group]));
  const unpackedSeconds = await fastest(repeats, () => update(learner, alone));
  const rawGflops = await rawRate();
  await learner.dispose();
  const weights = linearModules(CONFIG, 'all').reduce((sum, module) => sum + module.in * module.out, 0);
  const responseRows = responses * responseLength;
  const products =
    (promptLength - 1 + responseRows) * weights + responseRows * CONFIG.vocab_size * CONFIG.hidden_size;
  return { packedSeconds, unpackedSeconds, packedGflops: (4 * products) / packedSeconds / 1e9, rawGflops };
}

function update(learner: TfjsLearner, groups: LearnerGroup[]): Promise<unknown> {
  return learner.update(groups, LOSS, OPTIMIZER);
}

async function rawRate(): Promise<number> {
  const [x, weight] = [tf.randomNormal([512, 192]), tf.randomNormal([192, 512])];
  const seconds = await fastest(10, async () => {
    const y = tf.matMul(x, weight);
    await y.data();
    y.dispose();
  });
  tf.dispose([x, weight]);
  return (2 * 512 * 192 * 512) / seconds / 1e9;
}

async function fastest(repeats: number, run: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i <= repeats; i++) {
    const start = performance.now();
    await run();
    if (i > 0) best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** Decoders, adapters and groups of random numbers, for tests and benchmarks. */
import { ALL_LINEAR, type Adapter } from '../checkpoint/adapter.ts';
import { linearModules, type CheckpointConfig } from '../checkpoint/config.ts';
import type { BlockWeight, LinearWeight } from '../checkpoint/linearWeight.ts';
import { seededRandom, uniform } from '../demos/random.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import type { LearnerGroup, OptimizerSettings } from './learner.ts';

/** AdamW with PyTorch's defaults, without decay and clipping. */
export const ADAMW: OptimizerSettings = {
  learning_rate: 1e-3,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  weight_decay: 0,
  max_grad_norm: 0,
};

export const SMALL: CheckpointConfig = {
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 6,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  vocab_size: 37,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
  image_token_id: 0,
  eos_token_ids: [1],
};

/** @param weights plain, or in 4-bit blocks of 32. */
export function syntheticParameters(
  config: CheckpointConfig,
  seed: string,
  weights: LinearWeight['kind'] = 'dense',
): DecoderParameters {
  const values = (length: number, centre: number, spread: number, name: string) => {
    const random = seededRandom(seed, name);
    return Float32Array.from({ length }, () => uniform(random, centre - spread, centre + spread));
  };
  const modules = new Map(linearModules(config, 'all').map((module) => [module.path, module]));
  const embeddings = values(config.vocab_size * config.hidden_size, 0, 1, 'embeddings');
  return {
    config,
    linear: (path) => {
      const module = modules.get(path);
      if (!module) throw new Error(`no module ${path}`);
      if (weights === 'blocks') return randomBlocks(module.out, module.in, `${seed} ${path}`);
      const data = values(module.in * module.out, 0, Math.sqrt(3 / module.in), path);
      return { kind: 'dense', inFeatures: module.in, outFeatures: module.out, data };
    },
    norm: (path) => values(config.hidden_size, 1, 0.3, path),
    embeddings,
    head:
      weights === 'blocks'
        ? randomBlocks(config.vocab_size, config.hidden_size, `${seed} head`)
        : {
            kind: 'dense',
            inFeatures: config.hidden_size,
            outFeatures: config.vocab_size,
            data: embeddings,
          },
  };
}

/** A weight of variance 1 / inFeatures or so. */
export function randomBlocks(
  outFeatures: number,
  inFeatures: number,
  seed: string,
  { blockSize = 32, zeroPoints = false } = {},
): BlockWeight {
  const random = seededRandom(seed, 'blocks');
  const blocks = Math.ceil(inFeatures / blockSize);
  const bytes = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
  return {
    kind: 'blocks',
    outFeatures,
    inFeatures,
    bits: 4,
    blockSize,
    packed: bytes((outFeatures * blocks * blockSize) / 2),
    scales: Float32Array.from({ length: outFeatures * blocks }, () =>
      uniform(random, 0.1 / Math.sqrt(inFeatures), 0.3 / Math.sqrt(inFeatures)),
    ),
    zeroPoints: zeroPoints ? bytes(outFeatures * Math.ceil(blocks / 2)) : null,
  };
}

/** With a B that is not zero, so that every gradient counts. */
export function syntheticAdapter(
  config: CheckpointConfig,
  r: number,
  seed: string,
  target_modules: string[] = ALL_LINEAR,
): Adapter {
  const modules = linearModules(config, target_modules).map(({ path, in: inputs, out }) => {
    const random = seededRandom(seed, path);
    const values = (length: number) => Float32Array.from({ length }, () => uniform(random, -0.3, 0.3));
    return [path, { A: values(r * inputs), B: values(out * r), in: inputs, out }] as const;
  });
  return { config: { r, lora_alpha: 2 * r, target_modules }, modules: Object.fromEntries(modules) };
}

export function syntheticGroup(
  config: CheckpointConfig,
  promptLength: number,
  responseLengths: number[],
  seed: string,
): LearnerGroup {
  const random = seededRandom(seed);
  return {
    promptEmbeds: Float32Array.from({ length: promptLength * config.hidden_size }, () =>
      uniform(random, -1, 1),
    ),
    responses: responseLengths.map((length) => ({
      ids: Int32Array.from({ length }, () => Math.floor(random() * config.vocab_size)),
      samplingLogprobs: new Float32Array(length).fill(-Math.log(config.vocab_size)),
      oldLogprobs: null,
      advantage: uniform(random, -1.5, 1.5),
    })),
  };
}

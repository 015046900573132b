/** The numbers of a Llama decoder, wherever they were read, and their way onto the device. */
import * as tf from '@tensorflow/tfjs-core';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { dequantise, dequantiseRow, type LinearWeight } from '../checkpoint/linearWeight.ts';
import { Decoder } from './decoder.ts';
import { HostWeight } from './hostWeight.ts';
import { LAYER_MODULES, type LayerModule } from './layer.ts';
import { FourBitWeight, fitsFourBit } from './fourBitWeight.ts';
import { FloatWeight, type FrozenWeight } from './linear.ts';
import { staysOnHost } from './memory.ts';
import { onWasm } from './products.ts';
import type { Vocabulary } from './vocabulary.ts';

export type DecoderConfig = Pick<
  CheckpointConfig,
  | 'hidden_size'
  | 'intermediate_size'
  | 'num_hidden_layers'
  | 'num_attention_heads'
  | 'num_key_value_heads'
  | 'head_dim'
  | 'rms_norm_eps'
  | 'rope_theta'
  | 'vocab_size'
>;

export interface DecoderParameters {
  config: DecoderConfig;
  /** By module path below the text model, e.g. "layers.0.self_attn.q_proj". */
  linear: (module: string) => LinearWeight;
  /** Weight of a norm, e.g. "layers.0.input_layernorm", "norm". */
  norm: (module: string) => Float32Array;
  /** Row-major [vocabulary, hidden], of the tokens going in. */
  embeddings: Float32Array;
  /** The output head, [vocabulary, hidden]. */
  head: LinearWeight;
}

export function uploadDecoder({ config, linear, norm }: DecoderParameters): Decoder {
  const onHost = onWasm() && staysOnHost(config);
  const layers = Array.from({ length: config.num_hidden_layers }, (_, i) => ({
    linear: Object.fromEntries(
      LAYER_MODULES.map((module) => [module, frozenWeight(linear(`layers.${i}.${module}`), onHost)]),
    ) as Record<LayerModule, FrozenWeight>,
    inputNorm: tf.tensor1d(norm(`layers.${i}.input_layernorm`)),
    postAttentionNorm: tf.tensor1d(norm(`layers.${i}.post_attention_layernorm`)),
  }));
  return new Decoder(layers, {
    kvHeads: config.num_key_value_heads,
    headDim: config.head_dim,
    normEpsilon: config.rms_norm_eps,
  });
}

export function uploadVocabulary({ config, norm, head }: DecoderParameters): Vocabulary {
  return {
    norm: tf.tensor1d(norm('norm')),
    normEpsilon: config.rms_norm_eps,
    head: frozenWeight(head, onWasm() && staysOnHost(config)),
    row: (id) => dequantiseRow(head, id),
    size: config.vocab_size,
    hidden: config.hidden_size,
  };
}

/** In its 4-bit blocks where the backend has the kernel for them, else in float32. */
function frozenWeight(weight: LinearWeight, onHost: boolean): FrozenWeight {
  if (tf.getBackend() === 'webgpu' && fitsFourBit(weight)) return new FourBitWeight(weight);
  if (onHost) return new HostWeight(weight);
  return new FloatWeight(dequantise(weight), weight.outFeatures, weight.inFeatures);
}

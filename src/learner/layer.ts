/** One Llama decoder layer with LoRA branches: forward, and its gradient written out by hand. */
import * as tf from '@tensorflow/tfjs-core';
import {
  attentionBackward,
  attentionForward,
  type AttentionBlock,
  type AttentionOutput,
} from './attention.ts';
import {
  type FrozenWeight,
  linearBackward,
  linearForward,
  type LinearOutput,
  type LoraGradient,
  type LoraTensors,
} from './linear.ts';
import { rmsNormBackward, rmsNormForward, type RmsNormOutput } from './rmsNorm.ts';
import { rotate, rotateBackward, type RopeTable } from './rope.ts';

export const LAYER_MODULES = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
] as const;

export type LayerModule = (typeof LAYER_MODULES)[number];

export interface LayerWeights {
  linear: Record<LayerModule, FrozenWeight>;
  inputNorm: tf.Tensor1D;
  postAttentionNorm: tf.Tensor1D;
}

export interface LayerShape {
  kvHeads: number;
  headDim: number;
  normEpsilon: number;
}

/** What a packed group fixes for every layer. */
export interface PackedPositions {
  blocks: AttentionBlock[];
  rope: RopeTable;
}

export type LayerLora = Partial<Record<LayerModule, LoraTensors>>;
export type LayerGradients = Partial<Record<LayerModule, LoraGradient>>;

/** What the backward pass needs besides the layer's input. */
export type LayerActivations = {
  inputNorm: RmsNormOutput;
  low: Partial<Record<LayerModule, tf.Tensor2D>>;
  attention: AttentionOutput['saved'];
  attended: tf.Tensor2D;
  middle: tf.Tensor2D;
  postAttentionNorm: RmsNormOutput;
  sigmoid: tf.Tensor2D;
  silu: tf.Tensor2D;
  up: tf.Tensor2D;
  product: tf.Tensor2D;
};

/** Inside a tidy. @param x [n, hidden]. */
export function layerForward(
  x: tf.Tensor2D,
  weights: LayerWeights,
  lora: LayerLora,
  shape: LayerShape,
  { blocks, rope }: PackedPositions,
): { y: tf.Tensor2D; saved: LayerActivations } {
  const low: LayerActivations['low'] = {};
  const linear = (module: LayerModule, input: tf.Tensor2D): tf.Tensor2D => {
    const output: LinearOutput = linearForward(weights.linear[module], lora[module], input);
    if (output.low) low[module] = output.low;
    return output.y;
  };

  const inputNorm = rmsNormForward(x, weights.inputNorm, shape.normEpsilon);
  const rotated = (y: tf.Tensor2D) => rotate(byHead(y, shape.headDim), rope);
  const q = tf.mul<tf.Tensor3D>(rotated(linear('self_attn.q_proj', inputNorm.y)), shape.headDim ** -0.5);
  const k = rotated(linear('self_attn.k_proj', inputNorm.y));
  const v = byHead(linear('self_attn.v_proj', inputNorm.y), shape.headDim);
  const attention = attentionForward(
    { q: headsFirst(q, shape), k: headsFirst(k, shape), v: headsFirst(v, shape) },
    blocks,
  );
  const attended = rowsFirst(attention.y, x.shape[0]);
  const middle = tf.add<tf.Tensor2D>(x, linear('self_attn.o_proj', attended));

  const postAttentionNorm = rmsNormForward(middle, weights.postAttentionNorm, shape.normEpsilon);
  const gate = linear('mlp.gate_proj', postAttentionNorm.y);
  const up = linear('mlp.up_proj', postAttentionNorm.y);
  const sigmoid = tf.sigmoid(gate);
  const silu = tf.mul<tf.Tensor2D>(gate, sigmoid);
  const product = tf.mul<tf.Tensor2D>(silu, up);
  const y = tf.add<tf.Tensor2D>(middle, linear('mlp.down_proj', product));
  const saved = {
    inputNorm,
    low,
    attention: attention.saved,
    attended,
    middle,
    postAttentionNorm,
    sigmoid,
    silu,
    up,
    product,
  };
  return { y, saved };
}

/** Inside a tidy. @param dy gradient of the layer's output, [n, hidden]. */
export function layerBackward(
  x: tf.Tensor2D,
  saved: LayerActivations,
  dy: tf.Tensor2D,
  weights: LayerWeights,
  lora: LayerLora,
  shape: LayerShape,
  { blocks, rope }: PackedPositions,
): { dx: tf.Tensor2D; gradients: LayerGradients } {
  const gradients: LayerGradients = {};
  const linear = (module: LayerModule, input: tf.Tensor2D, dOutput: tf.Tensor2D): tf.Tensor2D => {
    const gradient = linearBackward(weights.linear[module], lora[module], input, saved.low[module], dOutput);
    if (gradient.lora) gradients[module] = gradient.lora;
    return gradient.dx;
  };

  const { sigmoid, silu, up, middle, postAttentionNorm, inputNorm } = saved;
  const dProduct = linear('mlp.down_proj', saved.product, dy);
  const siluSlope = tf.add(sigmoid, tf.sub(silu, tf.mul(silu, sigmoid)));
  const dPostAttentionNorm = tf.add<tf.Tensor2D>(
    linear('mlp.gate_proj', postAttentionNorm.y, tf.mul(tf.mul(dProduct, up), siluSlope)),
    linear('mlp.up_proj', postAttentionNorm.y, tf.mul(dProduct, silu)),
  );
  const dMiddle = tf.add<tf.Tensor2D>(
    dy,
    rmsNormBackward(middle, weights.postAttentionNorm, postAttentionNorm.inverse, dPostAttentionNorm),
  );

  const dAttended = linear('self_attn.o_proj', saved.attended, dMiddle);
  const dHeads = attentionBackward(
    saved.attention,
    headsFirst(byHead(dAttended, shape.headDim), shape),
    blocks,
  );
  const [dq, dk, dv] = [dHeads.q, dHeads.k, dHeads.v].map((gradient) => rowsFirst(gradient, x.shape[0]));
  const unrotated = (gradient: tf.Tensor2D) =>
    tf.reshape<tf.Rank.R2>(rotateBackward(byHead(gradient, shape.headDim), rope), [x.shape[0], -1]);
  const dInputNorm = tf.addN([
    linear('self_attn.q_proj', inputNorm.y, unrotated(tf.mul(dq, shape.headDim ** -0.5))),
    linear('self_attn.k_proj', inputNorm.y, unrotated(dk)),
    linear('self_attn.v_proj', inputNorm.y, dv),
  ]);
  const dx = tf.add<tf.Tensor2D>(
    dMiddle,
    rmsNormBackward(x, weights.inputNorm, inputNorm.inverse, dInputNorm),
  );
  return { dx, gradients };
}

/** [n, heads·headDim] to [n, heads, headDim]. */
function byHead(x: tf.Tensor2D, headDim: number): tf.Tensor3D {
  return tf.reshape(x, [x.shape[0], -1, headDim]);
}

/** [n, heads, headDim] to [kvHeads, n·heads/kvHeads, headDim]; the heads that share a key stay together by row. */
function headsFirst(x: tf.Tensor3D, { kvHeads, headDim }: LayerShape): tf.Tensor3D {
  const grouped = tf.reshape(x, [x.shape[0], kvHeads, -1]);
  return tf.reshape(tf.transpose(grouped, [1, 0, 2]), [kvHeads, -1, headDim]);
}

/** The inverse of headsFirst after byHead: to [n, heads·headDim]. */
function rowsFirst(x: tf.Tensor3D, n: number): tf.Tensor2D {
  const grouped = tf.reshape(x, [x.shape[0], n, -1]);
  return tf.reshape(tf.transpose(grouped, [1, 0, 2]), [n, -1]);
}

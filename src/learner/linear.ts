/** A frozen linear layer with a trainable LoRA branch: y = x·Wᵀ + (lora_alpha / r)·(x·Aᵀ)·Bᵀ. */
import * as tf from '@tensorflow/tfjs-core';
import type { LoraPair } from '../checkpoint/adapter.ts';
import { onWasm, transposedTimes } from './products.ts';

/** A weight that is never trained, [out, in]. */
export interface FrozenWeight {
  readonly out: number;
  readonly in: number;
  /** [n, in] to [n, out]; with a branch, low·Bᵀ is added. */
  forward(x: tf.Tensor2D, branch?: Branch): tf.Tensor2D;
  /** The gradient of forward: [n, out] to [n, in]; with a branch, low·A is added. */
  backward(dy: tf.Tensor2D, branch?: Branch): tf.Tensor2D;
  dispose(): void;
}

/** The second product of a LoRA branch. */
export type Branch = {
  /** [n, r]. */
  low: tf.Tensor2D;
  lora: LoraTensors;
};

/** In float32. On wasm it is held in both orders, so that both directions are plain products. */
export class FloatWeight implements FrozenWeight {
  readonly out: number;
  readonly in: number;
  /** [out, in]. */
  readonly #rows: tf.Tensor2D | null;
  /** [in, out]. */
  readonly #columns: tf.Tensor2D | null;

  /**
   * @param values row-major [outputs, inputs], as PyTorch stores a linear layer.
   * @param order one order alone: 'rows' does for backward, 'columns' for forward.
   */
  constructor(values: Float32Array, outputs: number, inputs: number, order?: 'rows' | 'columns') {
    this.out = outputs;
    this.in = inputs;
    const rows = tf.tensor2d(values, [outputs, inputs]);
    this.#columns = order === 'columns' || (!order && onWasm()) ? tf.transpose(rows) : null;
    this.#rows = order === 'columns' ? null : rows;
    if (!this.#rows) rows.dispose();
  }

  forward(x: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    const y = this.#columns
      ? tf.matMul<tf.Tensor2D>(x, this.#columns)
      : tf.matMul<tf.Tensor2D>(x, this.#rows!, false, true);
    return branch ? added(y, tf.matMul(branch.low, branch.lora.Bt)) : y;
  }

  backward(dy: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    const dx = tf.matMul<tf.Tensor2D>(dy, this.#rows!);
    return branch ? added(dx, tf.matMul(branch.low, branch.lora.A)) : dx;
  }

  dispose(): void {
    this.#rows?.dispose();
    this.#columns?.dispose();
  }
}

/** Their sum, in place of both. */
function added(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const sum = tf.add<tf.Tensor2D>(a, b);
  tf.dispose([a, b]);
  return sum;
}

/** A LoRA pair on the device in the orders that forward and backward multiply with; B carries the scale. */
export type LoraTensors = {
  /** [r, in] and [in, r]. */
  A: tf.Tensor2D;
  At: tf.Tensor2D;
  /** [out, r] and [r, out], both times lora_alpha / r. */
  B: tf.Tensor2D;
  Bt: tf.Tensor2D;
};

/** dAt is [in, r]; dB is [out, r] and lacks the factor lora_alpha / r. */
export type LoraGradient = { dAt: tf.Tensor2D; dB: tf.Tensor2D };

export function uploadLora(pair: LoraPair, r: number, scale: number): LoraTensors {
  return tf.tidy(() => {
    const A = tf.tensor2d(pair.A, [r, pair.in]);
    const B = tf.mul<tf.Tensor2D>(tf.tensor2d(pair.B, [pair.out, r]), scale);
    return { A, At: tf.transpose(A), B, Bt: tf.transpose(B) };
  });
}

export type LinearOutput = {
  y: tf.Tensor2D;
  /** x·Aᵀ, [n, r]; none without a branch. */
  low?: tf.Tensor2D;
};

export function linearForward(
  weight: FrozenWeight,
  lora: LoraTensors | undefined,
  x: tf.Tensor2D,
): LinearOutput {
  if (!lora) return { y: weight.forward(x) };
  const low: tf.Tensor2D = tf.matMul(x, lora.At);
  return { y: weight.forward(x, { low, lora }), low };
}

export type LinearGradient = { dx: tf.Tensor2D; lora?: LoraGradient };

export function linearBackward(
  weight: FrozenWeight,
  lora: LoraTensors | undefined,
  x: tf.Tensor2D,
  low: tf.Tensor2D | undefined,
  dy: tf.Tensor2D,
): LinearGradient {
  if (!lora || !low) return { dx: weight.backward(dy) };
  const dLow: tf.Tensor2D = tf.matMul(dy, lora.B);
  return {
    dx: weight.backward(dy, { low: dLow, lora }),
    lora: { dAt: transposedTimes(x, dLow), dB: transposedTimes(dy, low) },
  };
}

/**
 * Matrix products that are fast on every backend. tfjs-wasm multiplies at full speed only without transpose flags
 * and with a batch of one: there, operands are transposed first. Elsewhere the flags are free.
 */
import * as tf from '@tensorflow/tfjs-core';

type Matrix = tf.Tensor2D | tf.Tensor3D;

export function onWasm(): boolean {
  return tf.getBackend() === 'wasm';
}

/** a·bᵀ over the last two axes. */
export function timesTransposed<T extends Matrix>(a: T, b: T): T {
  return onWasm() ? tf.matMul(a, swapped(b)) : tf.matMul(a, b, false, true);
}

/** aᵀ·b over the last two axes. */
export function transposedTimes<T extends Matrix>(a: T, b: T): T {
  return onWasm() ? tf.matMul(swapped(a), b) : tf.matMul(a, b, true, false);
}

function swapped<T extends Matrix>(x: T): T {
  return tf.transpose(x, x.rank === 2 ? [1, 0] : [0, 2, 1]);
}

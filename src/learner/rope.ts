/** Rotary position embedding in Hugging Face's convention: component i turns with component i + headDim / 2. */
import * as tf from '@tensorflow/tfjs-core';

export type RopeTable = {
  /** [n, 1, headDim]. */
  cos: tf.Tensor3D;
  sin: tf.Tensor3D;
  /** [headDim, headDim]: x times it is (-second half, first half) of x. A product moves halves faster than slices do. */
  quarterTurn: tf.Tensor2D;
};

export function ropeTable(positions: ArrayLike<number>, headDim: number, theta: number): RopeTable {
  const half = headDim / 2;
  const cos = new Float32Array(positions.length * headDim);
  const sin = new Float32Array(positions.length * headDim);
  for (let row = 0; row < positions.length; row++)
    for (let i = 0; i < half; i++) {
      const angle = positions[row] * theta ** (-i / half);
      const at = row * headDim + i;
      cos[at] = cos[at + half] = Math.cos(angle);
      sin[at] = sin[at + half] = Math.sin(angle);
    }
  const quarterTurn = new Float32Array(headDim * headDim);
  for (let i = 0; i < half; i++) {
    quarterTurn[(i + half) * headDim + i] = -1;
    quarterTurn[i * headDim + i + half] = 1;
  }
  const shape: [number, number, number] = [positions.length, 1, headDim];
  return {
    cos: tf.tensor3d(cos, shape),
    sin: tf.tensor3d(sin, shape),
    quarterTurn: tf.tensor2d(quarterTurn, [headDim, headDim]),
  };
}

/** @param x [n, heads, headDim]. */
export function rotate(x: tf.Tensor3D, table: RopeTable): tf.Tensor3D {
  return tf.add(tf.mul(x, table.cos), tf.mul(turned(x, table), table.sin));
}

/** The gradient of rotate, which is the opposite rotation. */
export function rotateBackward(dy: tf.Tensor3D, table: RopeTable): tf.Tensor3D {
  return tf.sub(tf.mul(dy, table.cos), tf.mul(turned(dy, table), table.sin));
}

function turned(x: tf.Tensor3D, { quarterTurn }: RopeTable): tf.Tensor3D {
  return tf.reshape(tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, x.shape[2]]), quarterTurn), x.shape);
}

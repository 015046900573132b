/** Root-mean-square normalisation: y = x / sqrt(mean(x²) + epsilon) · weight, over the last axis. */
import * as tf from '@tensorflow/tfjs-core';

export type RmsNormOutput = {
  y: tf.Tensor2D;
  /** 1 / sqrt(mean(x²) + epsilon), [n, 1]. */
  inverse: tf.Tensor2D;
};

export function rmsNormForward(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): RmsNormOutput {
  const inverse = tf.rsqrt<tf.Tensor2D>(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
  return { y: tf.mul(tf.mul(x, inverse), weight), inverse };
}

export function rmsNormBackward(
  x: tf.Tensor2D,
  weight: tf.Tensor1D,
  inverse: tf.Tensor2D,
  dy: tf.Tensor2D,
): tf.Tensor2D {
  const scaled = tf.mul<tf.Tensor2D>(dy, weight);
  const along = tf.mean(tf.mul(scaled, x), -1, true);
  return tf.mul(inverse, tf.sub(scaled, tf.mul(x, tf.mul(along, tf.square(inverse)))));
}

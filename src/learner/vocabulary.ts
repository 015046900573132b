/** From hidden states to log-probabilities: final norm, output head, softmax, in chunks of rows. */
import * as tf from '@tensorflow/tfjs-core';
import type { FrozenWeight } from './linear.ts';
import { rmsNormBackward, rmsNormForward } from './rmsNorm.ts';

/** Logits held at a time; more rows are done in turn. */
const LOGITS_AT_ONCE = 2 ** 23;

export interface Vocabulary {
  norm: tf.Tensor1D;
  normEpsilon: number;
  head: FrozenWeight;
  /** The head's rows on the host, [vocabulary, hidden]. */
  rows: Float32Array;
  size: number;
  hidden: number;
}

export type TokenScores = {
  /** log p of each token, [n]. */
  logprobs: tf.Tensor1D;
  /** Of the whole distribution, in nats, [n]. */
  entropies: tf.Tensor1D;
  /** Gradient of each log p in its normalised hidden state, [n, hidden]. */
  slopes: tf.Tensor2D;
};

/** Inside a tidy. @param x last layer's output at the rows that predict `ids`, [n, hidden]. */
export function scoreTokens(
  vocabulary: Vocabulary,
  x: tf.Tensor2D,
  ids: Int32Array,
  temperature: number,
): TokenScores {
  const rowsAtOnce = Math.max(1, Math.floor(LOGITS_AT_ONCE / vocabulary.size));
  const normalised = rmsNormForward(x, vocabulary.norm, vocabulary.normEpsilon).y;
  const chunks: TokenScores[] = [];
  for (let start = 0; start < ids.length; start += rowsAtOnce) {
    const part = ids.subarray(start, start + rowsAtOnce);
    chunks.push(
      tf.tidy(() =>
        scoreChunk(vocabulary, tf.slice(normalised, [start, 0], [part.length, -1]), part, temperature),
      ),
    );
  }
  return {
    logprobs: tf.concat(chunks.map((chunk) => chunk.logprobs)),
    entropies: tf.concat(chunks.map((chunk) => chunk.entropies)),
    slopes: tf.concat(chunks.map((chunk) => chunk.slopes)),
  };
}

function scoreChunk(
  vocabulary: Vocabulary,
  normalised: tf.Tensor2D,
  ids: Int32Array,
  temperature: number,
): TokenScores {
  const targets = targetRows(vocabulary, ids);
  const logits = vocabulary.head.forward(tf.div(normalised, temperature));
  const probabilities = tf.softmax(logits);
  // The largest probability is never near 0, so its logarithm gives the normaliser without an exp of every logit.
  const logNormaliser = tf.sub(tf.max(logits, -1), tf.log(tf.max(probabilities, -1)));
  const chosen = tf.div(tf.sum(tf.mul(normalised, targets), -1), temperature);
  return {
    logprobs: tf.sub(chosen, logNormaliser),
    entropies: tf.sub(logNormaliser, tf.sum(tf.mul(probabilities, logits), -1)),
    slopes: tf.div(tf.sub(targets, vocabulary.head.backward(probabilities)), temperature),
  };
}

function targetRows({ rows, hidden }: Vocabulary, ids: Int32Array): tf.Tensor2D {
  const values = new Float32Array(ids.length * hidden);
  ids.forEach((id, i) => values.set(rows.subarray(id * hidden, (id + 1) * hidden), i * hidden));
  return tf.tensor2d(values, [ids.length, hidden]);
}

/** Gradient in x of a loss whose gradient in log p is `weights`, [n]. Inside a tidy. */
export function scoreBackward(
  vocabulary: Vocabulary,
  x: tf.Tensor2D,
  slopes: tf.Tensor2D,
  weights: Float32Array,
): tf.Tensor2D {
  const { inverse } = rmsNormForward(x, vocabulary.norm, vocabulary.normEpsilon);
  const dNormalised = tf.mul<tf.Tensor2D>(slopes, tf.tensor2d(weights, [weights.length, 1]));
  return rmsNormBackward(x, vocabulary.norm, inverse, dNormalised);
}

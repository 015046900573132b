/** From hidden states to log-probabilities: final norm, output head, softmax, in chunks of rows. */
import * as tf from '@tensorflow/tfjs-core';
import type { FrozenWeight } from './linear.ts';
import { logitRows } from './memory.ts';
import { rmsNormBackward, rmsNormForward } from './rmsNorm.ts';

export interface Vocabulary {
  norm: tf.Tensor1D;
  normEpsilon: number;
  head: FrozenWeight;
  /** A row of the head on the host, [hidden]. */
  row: (id: number) => Float32Array;
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
  /** Gradient of each entropy in the same, [n, hidden]; only where asked for. */
  entropySlopes?: tf.Tensor2D;
};

/** Inside a tidy. @param x last layer's output at the rows that predict `ids`, [n, hidden]. */
export function scoreTokens(
  vocabulary: Vocabulary,
  x: tf.Tensor2D,
  ids: Int32Array,
  temperature: number,
  withEntropySlopes: boolean,
): TokenScores {
  const rowsAtOnce = logitRows(ids.length, vocabulary.size);
  const normalised = rmsNormForward(x, vocabulary.norm, vocabulary.normEpsilon).y;
  const chunks: TokenScores[] = [];
  for (let start = 0; start < ids.length; start += rowsAtOnce) {
    const part = ids.subarray(start, start + rowsAtOnce);
    chunks.push(
      tf.tidy(() =>
        scoreChunk(
          vocabulary,
          tf.slice(normalised, [start, 0], [part.length, -1]),
          part,
          temperature,
          withEntropySlopes,
        ),
      ),
    );
  }
  return {
    logprobs: tf.concat(chunks.map((chunk) => chunk.logprobs)),
    entropies: tf.concat(chunks.map((chunk) => chunk.entropies)),
    slopes: tf.concat(chunks.map((chunk) => chunk.slopes)),
    entropySlopes: withEntropySlopes ? tf.concat(chunks.map((chunk) => chunk.entropySlopes!)) : undefined,
  };
}

function scoreChunk(
  vocabulary: Vocabulary,
  normalised: tf.Tensor2D,
  ids: Int32Array,
  temperature: number,
  withEntropySlopes: boolean,
): TokenScores {
  const targets = targetRows(vocabulary, ids);
  const logits = vocabulary.head.forward(tf.div(normalised, temperature));
  const probabilities = tf.softmax(logits);
  // The largest probability is never near 0, so its logarithm gives the normaliser without an exp of every logit.
  const logNormaliser = tf.sub(tf.max(logits, -1), tf.log(tf.max(probabilities, -1)));
  const chosen = tf.div(tf.sum(tf.mul(normalised, targets), -1), temperature);
  const entropies = tf.sub<tf.Tensor1D>(logNormaliser, tf.sum(tf.mul(probabilities, logits), -1));
  return {
    logprobs: tf.sub(chosen, logNormaliser),
    entropies,
    slopes: tf.div(tf.sub(targets, vocabulary.head.backward(probabilities)), temperature),
    entropySlopes: withEntropySlopes
      ? entropyGradient(vocabulary, logits, probabilities, tf.sub(logNormaliser, entropies), temperature)
      : undefined,
  };
}

/** In a logit the entropy's gradient is -p (log p + entropy). @param offset the normaliser less the entropy, [n]. */
function entropyGradient(
  { head }: Vocabulary,
  logits: tf.Tensor2D,
  probabilities: tf.Tensor2D,
  offset: tf.Tensor1D,
  temperature: number,
): tf.Tensor2D {
  const surprise = tf.sub<tf.Tensor2D>(tf.reshape(offset, [-1, 1]), logits);
  return tf.div(head.backward(tf.mul(probabilities, surprise)), temperature);
}

function targetRows({ row, hidden }: Vocabulary, ids: Int32Array): tf.Tensor2D {
  const values = new Float32Array(ids.length * hidden);
  ids.forEach((id, i) => values.set(row(id), i * hidden));
  return tf.tensor2d(values, [ids.length, hidden]);
}

/** The gradient of a loss in what `scoreTokens` gave, a value a token. */
export interface ScoreGradient {
  logprobs: Float32Array;
  /** Not looked at where the entropies' slopes were not asked for. */
  entropies: Float32Array;
}

/** Gradient in x of a loss. Inside a tidy. */
export function scoreBackward(
  vocabulary: Vocabulary,
  x: tf.Tensor2D,
  { slopes, entropySlopes }: Pick<TokenScores, 'slopes' | 'entropySlopes'>,
  gradient: ScoreGradient,
): tf.Tensor2D {
  const { inverse } = rmsNormForward(x, vocabulary.norm, vocabulary.normEpsilon);
  const fromLogprobs = timesRows(slopes, gradient.logprobs);
  const dNormalised = entropySlopes
    ? tf.add<tf.Tensor2D>(fromLogprobs, timesRows(entropySlopes, gradient.entropies))
    : fromLogprobs;
  return rmsNormBackward(x, vocabulary.norm, inverse, dNormalised);
}

function timesRows(x: tf.Tensor2D, factors: Float32Array): tf.Tensor2D {
  return tf.mul(x, tf.tensor2d(factors, [factors.length, 1]));
}

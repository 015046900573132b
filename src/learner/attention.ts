/**
 * Grouped-query attention over a packed group, in blocks: the prefix to itself, then a few responses at a time to the
 * prefix and to themselves. Scores between two responses are computed only within such a block, and masked.
 */
import * as tf from '@tensorflow/tfjs-core';
import { responseBlocks, type Packing, type Segment } from './packing.ts';
import { onWasm, timesTransposed, transposedTimes } from './products.ts';

const HIDDEN = -1e9;

export interface AttentionBlock extends Segment {
  seesPrefix: boolean;
  /** Added to the scores, [length·queriesPerKey, keys]: 0 where a query may look, else very negative. */
  mask: tf.Tensor2D;
}

/** The blocks of a packed group; the first is the prefix. */
export function attentionBlocks({ prefix, responses }: Packing, queriesPerKey: number): AttentionBlock[] {
  return [
    { ...prefix, seesPrefix: false, mask: causalMask([prefix.length], 0, queriesPerKey) },
    ...responseBlocks(responses).map((block) => {
      const lengths = block.map(({ length }) => length);
      return {
        start: block[0].start,
        length: lengths.reduce((sum, length) => sum + length, 0),
        seesPrefix: true,
        mask: causalMask(lengths, prefix.length, queriesPerKey),
      };
    }),
  ];
}

/** Sequences side by side, each of which sees `before` shared keys and itself up to the query. */
function causalMask(lengths: number[], before: number, queriesPerKey: number): tf.Tensor2D {
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const keys = before + rows;
  const mask = new Float32Array(rows * queriesPerKey * keys).fill(HIDDEN);
  let first = 0;
  for (const length of lengths) {
    for (let query = first * queriesPerKey; query < (first + length) * queriesPerKey; query++) {
      const at = query * keys;
      mask.fill(0, at, at + before);
      mask.fill(0, at + before + first, at + before + Math.floor(query / queriesPerKey) + 1);
    }
    first += length;
  }
  return tf.tensor2d(mask, [rows * queriesPerKey, keys]);
}

/** Queries [heads, rows·queriesPerKey, headDim] (already scaled), keys and values [heads, rows, headDim]. */
export type Heads = { q: tf.Tensor3D; k: tf.Tensor3D; v: tf.Tensor3D };

type BlockActivations = Heads & { probabilities: tf.Tensor3D };

export type AttentionOutput = {
  /** As the queries. */
  y: tf.Tensor3D;
  /** By batch of heads, then by block. */
  saved: BlockActivations[][];
};

export function attentionForward(heads: Heads, blocks: AttentionBlock[]): AttentionOutput {
  const batches = headBatches(heads).map((batch) =>
    blocks.map((block) => attendBlock(batch, blocks[0], block)),
  );
  return {
    y: tf.concat(
      batches.map((outputs) =>
        tf.concat(
          outputs.map((output) => output.y),
          1,
        ),
      ),
    ),
    saved: batches.map((outputs) => outputs.map((output) => output.saved)),
  };
}

export function attentionBackward(
  saved: BlockActivations[][],
  dy: tf.Tensor3D,
  blocks: AttentionBlock[],
): Heads {
  const gradients = saved.map((activations, i) => {
    const part = saved.length === 1 ? dy : tf.slice(dy, [i, 0, 0], [1, -1, -1]);
    return batchBackward(activations, part, blocks);
  });
  return {
    q: tf.concat(gradients.map((gradient) => gradient.q)),
    k: tf.concat(gradients.map((gradient) => gradient.k)),
    v: tf.concat(gradients.map((gradient) => gradient.v)),
  };
}

/** Wasm is fast only on one matrix at a time, so there each head is a batch of its own. */
function headBatches(heads: Heads): Heads[] {
  if (!onWasm()) return [heads];
  const [q, k, v] = [heads.q, heads.k, heads.v].map((x) => tf.split<tf.Tensor3D>(x, x.shape[0]));
  return q.map((_, i) => ({ q: q[i], k: k[i], v: v[i] }));
}

function attendBlock(
  heads: Heads,
  prefix: AttentionBlock,
  block: AttentionBlock,
): { y: tf.Tensor3D; saved: BlockActivations } {
  const q = queryRows(heads.q, heads.k, block);
  const [k, v] = [heads.k, heads.v].map((x) =>
    block.seesPrefix ? tf.concat([rows(x, prefix), rows(x, block)], 1) : rows(x, block),
  );
  const probabilities = tf.softmax(tf.add<tf.Tensor3D>(timesTransposed(q, k), block.mask));
  return { y: tf.matMul(probabilities, v), saved: { q, k, v, probabilities } };
}

function batchBackward(saved: BlockActivations[], dy: tf.Tensor3D, blocks: AttentionBlock[]): Heads {
  const prefix = blocks[0].length;
  const queriesPerKey = saved[0].q.shape[1] / prefix;
  const parts = blocks.map((block, i) => {
    const start = block.start * queriesPerKey;
    return blockBackward(saved[i], tf.slice(dy, [0, start, 0], [-1, block.length * queriesPerKey, -1]));
  });
  const withPrefixSummed = (gradients: tf.Tensor3D[]) => {
    const split = gradients.slice(1).map((x) => tf.split<tf.Tensor3D>(x, [prefix, x.shape[1] - prefix], 1));
    const shared = tf.addN([gradients[0], ...split.map(([seen]) => seen)]);
    return tf.concat([shared, ...split.map(([, own]) => own)], 1);
  };
  return {
    q: tf.concat(
      parts.map((part) => part.q),
      1,
    ),
    k: withPrefixSummed(parts.map((part) => part.k)),
    v: withPrefixSummed(parts.map((part) => part.v)),
  };
}

function blockBackward({ q, k, v, probabilities }: BlockActivations, dy: tf.Tensor3D): Heads {
  const dProbabilities = timesTransposed(dy, v);
  const along = tf.sum(tf.mul(dProbabilities, probabilities), -1, true);
  const dScores = tf.mul<tf.Tensor3D>(probabilities, tf.sub(dProbabilities, along));
  return {
    q: tf.matMul(dScores, k),
    k: transposedTimes(dScores, q),
    v: transposedTimes(probabilities, dy),
  };
}

function rows(x: tf.Tensor3D, { start, length }: Segment): tf.Tensor3D {
  return tf.slice(x, [0, start, 0], [-1, length, -1]);
}

function queryRows(q: tf.Tensor3D, k: tf.Tensor3D, { start, length }: Segment): tf.Tensor3D {
  const queriesPerKey = q.shape[1] / k.shape[1];
  return rows(q, { start: start * queriesPerKey, length: length * queriesPerKey });
}

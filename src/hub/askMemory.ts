/** What answering holds at its fullest: counted from shapes, as src/learner/memory.ts does for an update. */
import type { CheckpointConfig } from '../checkpoint/config.ts';

export interface AskShape {
  /** Bytes of the weights as the session holds them: the files', or those of 32-bit floats where they are unpacked. */
  weights: number;
  promptLength: number;
  responseLength: number;
  /** Responses decoded together. */
  responses: number;
  /** How often the prompt's keys and values are held: once a response in a batch, once where rows share a sequence. */
  promptCopies: number;
  /** Of keys and values: 2 or 4. */
  cacheBytes: number;
}

const FLOAT = 4;

/** Bytes: weights, keys and values (twice while rows are selected or the cache grows), logits of all rows. */
export function askMemory(config: CheckpointConfig, shape: AskShape): number {
  const { promptLength, responseLength, responses, promptCopies, cacheBytes } = shape;
  const perToken = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * cacheBytes;
  const cache = 2 * perToken * (promptCopies * promptLength + responses * responseLength);
  // The sampler holds a row's weights in 64 bits beside the logits.
  const logits = config.vocab_size * (FLOAT * responses + 8);
  return shape.weights + cache + logits;
}

/** The score matrix of the vision tower's widest moment, with its softmax. */
export function visionMemory({
  heads,
  patches,
  hidden,
}: {
  heads: number;
  patches: number;
  hidden: number;
}): number {
  return FLOAT * (2 * heads * patches * patches + 6 * patches * hidden);
}

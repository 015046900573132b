/**
 * A group in one row of positions: the prompt but its last position, shared by all, then for each response the
 * prompt's last position and the response's tokens but its last. Row i of a response predicts its token i.
 */
import type { LearnerGroup } from './learner.ts';

/** Short responses share a block up to so many rows: fewer, larger products cost less than the masked scores. */
const BLOCK_ROWS = 128;

export interface Segment {
  /** First row. */
  start: number;
  /** Rows; for a response, the number of its tokens. */
  length: number;
}

export interface Packing {
  /** Rows of the prompt that every response sees. */
  prefix: Segment;
  responses: Segment[];
  rows: number;
  /** Position id of each row; restarts after the prompt for each response. */
  positions: Int32Array;
}

export function packGroup(promptRows: number, responseLengths: number[]): Packing {
  const prefix = { start: 0, length: promptRows - 1 };
  const responses: Segment[] = [];
  let rows = prefix.length;
  for (const length of responseLengths) {
    responses.push({ start: rows, length });
    rows += length;
  }
  const positions = new Int32Array(rows);
  for (const { start, length } of [prefix, ...responses]) {
    const first = start === 0 ? 0 : prefix.length;
    for (let i = 0; i < length; i++) positions[start + i] = first + i;
  }
  return { prefix, responses, rows, positions };
}

/** Neighbours that attend together. */
export function responseBlocks(responses: Segment[]): Segment[][] {
  const blocks: Segment[][] = [];
  for (const response of responses) {
    const block = blocks.at(-1);
    if (block && response.start + response.length - block[0].start <= BLOCK_ROWS) block.push(response);
    else blocks.push([response]);
  }
  return blocks;
}

/** Input embeddings of all rows, row-major [rows, hidden]. @param table token embeddings, [vocabulary, hidden]. */
export function packEmbeddings(
  group: LearnerGroup,
  packing: Packing,
  table: Float32Array,
  hidden: number,
): Float32Array {
  const packed = new Float32Array(packing.rows * hidden);
  const shared = packing.prefix.length * hidden;
  packed.set(group.promptEmbeds.subarray(0, shared));
  packing.responses.forEach(({ start, length }, i) => {
    packed.set(group.promptEmbeds.subarray(shared, shared + hidden), start * hidden);
    for (let token = 0; token < length - 1; token++) {
      const id = group.responses[i].ids[token];
      packed.set(table.subarray(id * hidden, (id + 1) * hidden), (start + token + 1) * hidden);
    }
  });
  return packed;
}

/** @throws Error on what cannot be packed: an empty prompt or response, an unknown token, lists of unlike length. */
export function checkGroup(group: LearnerGroup, hidden: number, vocabulary: number): void {
  const { promptEmbeds, responses } = group;
  if (promptEmbeds.length % hidden !== 0 || promptEmbeds.length < 2 * hidden)
    throw new Error(
      `prompt has ${promptEmbeds.length} embedding values; expected a multiple of hidden size ${hidden}, 2 positions or more`,
    );
  if (responses.length === 0) throw new Error('group has no responses; leave it out');
  for (const { ids, samplingLogprobs, oldLogprobs } of responses) {
    if (ids.length === 0) throw new Error('response has no tokens; leave it out');
    const outside = ids.find((id) => id < 0 || id >= vocabulary);
    if (outside !== undefined)
      throw new Error(
        `token id ${outside} is outside the vocabulary of ${vocabulary}; was it made by another checkpoint?`,
      );
    for (const logprobs of [samplingLogprobs, oldLogprobs])
      if (logprobs && logprobs.length !== ids.length)
        throw new Error(`response has ${ids.length} tokens but ${logprobs.length} log-probabilities`);
  }
}

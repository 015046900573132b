/**
 * Rows as paths through one sequence of keys and values: the prompt's lie there once for all rows, and a step adds one
 * position a row. A bias on the scores lets a row see the prompt and what it wrote itself. So a step reads the prompt
 * once whatever the rows, attention is a product of matrices and not one of a vector for each row, a row that leaves or
 * branches off copies nothing, and what dead rows wrote is passed over.
 */
import { MASKED } from '../checkpoint/attentionBias.ts';
import type { Decoder } from './decoder.ts';
import { disposeAll, selectRows } from './keyValueCache.ts';
import type { LanguageModel } from './languageModel.ts';
import type { Tensors } from './onnxRuntime.ts';

/** Steps that the cache gets room for at a time: ONNX Runtime in Node copies all of the room after each. */
const STEPS = 8;
/** A multiply-add in a product of matrices costs so much less than one with a vector, at the least. */
const DENSER = 8;

export class RowPaths implements Decoder {
  /** One sequence has one prompt. */
  readonly ragged = false;
  private readonly model: LanguageModel;
  private cache: Tensors = {};
  /** Positions of the prompt, of all that was added, and that the cache has room for. */
  private prompt = 0;
  private total = 0;
  private room = 0;
  /** Behind the prompt, the positions that each row wrote or branched off from. */
  private rows: number[][] = [];
  /** Used for every step: a new array each time would keep the garbage collector at work. */
  private bias = new Float32Array();

  constructor(model: LanguageModel) {
    this.model = model;
  }

  /** A step looks at what all rows wrote, masked or not: that pays while it is not far more than each row's own. */
  rowsAtOnce(embeds: Float32Array, room: number): number {
    const positions = embeds.length / this.model.hidden + room;
    return Math.max(DENSER, Math.floor((DENSER * positions) / room));
  }

  setAdapter(feeds: Parameters<Decoder['setAdapter']>[0]): Promise<void> {
    return this.model.setAdapter(feeds);
  }

  async prefill(embeds: Float32Array): Promise<Float32Array> {
    this.clear();
    this.cache = this.model.emptyCache();
    const count = embeds.length / this.model.hidden;
    const positions = BigInt64Array.from({ length: count }, (_, i) => BigInt(i));
    // All zero: the graph's attention is causal by itself.
    const logits = await this.run(embeds, positions, new Float32Array(count * count), 1);
    this.prompt = this.room = this.total;
    this.rows = [[]];
    return logits;
  }

  async prefillAll([embeds, ...others]: Float32Array[]): Promise<Float32Array[]> {
    if (others.length) throw new Error('prompts that share one sequence: decode them one after the other');
    return [await this.prefill(embeds)];
  }

  select(rows: number[]): Promise<void> {
    this.rows = rows.map((row) => [...this.rows[row]]);
    return Promise.resolve();
  }

  async step(embeds: Float32Array): Promise<Float32Array> {
    const count = this.rows.length;
    const needed = this.total + count;
    if (this.keepsPlace() && this.room < needed) {
      this.room = this.total + count * STEPS;
      this.cache = await selectRows(this.model.runtime, this.cache, [0], this.room);
    }
    const positions = BigInt64Array.from(this.rows, (path) => BigInt(this.prompt + path.length));
    this.rows.forEach((path, row) => path.push(this.total + row));
    return this.run(embeds, positions, this.stepBias(needed), count);
  }

  clear(): void {
    disposeAll(this.cache);
    this.cache = {};
    this.rows = [];
    this.prompt = this.total = this.room = 0;
  }

  async release(): Promise<void> {
    this.clear();
    await this.model.release();
  }

  /** [rows, total]. */
  private stepBias(total: number): Float32Array {
    const length = this.rows.length * total;
    if (this.bias.length < length) this.bias = new Float32Array(2 * length);
    const bias = this.bias.subarray(0, length).fill(MASKED);
    this.rows.forEach((path, row) => {
      bias.fill(0, row * total, row * total + this.prompt);
      for (const position of path) bias[row * total + position] = 0;
    });
    return bias;
  }

  private async run(
    embeds: Float32Array,
    positions: BigInt64Array,
    bias: Float32Array,
    scored: number,
  ): Promise<Float32Array> {
    this.total += positions.length;
    const mask = new BigInt64Array(this.total).fill(1n);
    const given = { embeds, rows: 1, mask, positions, bias, scored };
    const { logits, cache } = await this.model.run(given, this.cache, this.room >= this.total);
    this.cache = cache;
    return logits;
  }

  /** On wasm every run copies its inputs into the heap and its outputs out of it: there is no place to keep. */
  private keepsPlace(): boolean {
    return this.model.runtime.device !== 'wasm';
  }
}

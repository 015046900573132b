/**
 * Rows as a batch, each with keys and values of its own. Where the graph's attention allows it (GroupQueryAttention,
 * which reads each row's length off the mask), rows may be of unlike length, and on a GPU the cache is made once with
 * room for all tokens to come, so that a step writes into it and copies nothing.
 */
import type { Decoder } from './decoder.ts';
import { disposeAll, joinRows, selectRows } from './keyValueCache.ts';
import type { LanguageModel } from './languageModel.ts';
import type { Tensors } from './onnxRuntime.ts';

export class RowBatch implements Decoder {
  readonly ragged: boolean;
  private readonly model: LanguageModel;
  private cache: Tensors = {};
  /** Tokens behind each row. */
  private lengths: number[] = [];
  /** Positions that the cache has, and shall have. */
  private positions = 0;
  private wanted = 0;

  constructor(model: LanguageModel, ragged: boolean) {
    this.model = model;
    this.ragged = ragged;
  }

  rowsAtOnce(): number {
    return Infinity;
  }

  setAdapter(feeds: Parameters<Decoder['setAdapter']>[0]): Promise<void> {
    return this.model.setAdapter(feeds);
  }

  async prefill(embeds: Float32Array, room = 0): Promise<Float32Array> {
    this.clear();
    this.cache = this.model.emptyCache();
    this.lengths = [0];
    const logits = await this.run(embeds, 1);
    this.wanted = room && this.keepsPlace() ? this.lengths[0] + room : 0;
    return logits;
  }

  async prefillAll(prompts: Float32Array[], room = 0): Promise<Float32Array[]> {
    const logits: Float32Array[] = [];
    const caches: Tensors[] = [];
    const lengths: number[] = [];
    try {
      for (const embeds of prompts) {
        logits.push(await this.prefill(embeds));
        caches.push(this.cache);
        lengths.push(...this.lengths);
        this.cache = {};
      }
      const longest = Math.max(...lengths);
      this.wanted = room && this.keepsPlace() ? longest + room : 0;
      this.positions = this.wanted || longest;
      this.cache = await joinRows(this.model.runtime, caches, this.positions);
      this.lengths = lengths;
    } finally {
      caches.forEach(disposeAll);
    }
    return logits;
  }

  async select(rows: number[]): Promise<void> {
    this.positions = Math.max(this.positions, this.wanted);
    this.cache = await selectRows(this.model.runtime, this.cache, rows, this.positions);
    this.lengths = rows.map((row) => this.lengths[row]);
  }

  async step(embeds: Float32Array): Promise<Float32Array> {
    if (this.positions < this.wanted) await this.select([...this.lengths.keys()]);
    return this.run(embeds, embeds.length / this.model.hidden);
  }

  clear(): void {
    disposeAll(this.cache);
    this.cache = {};
    this.lengths = [];
    this.positions = this.wanted = 0;
  }

  async release(): Promise<void> {
    this.clear();
    await this.model.release();
  }

  private async run(embeds: Float32Array, rows: number): Promise<Float32Array> {
    const added = embeds.length / this.model.hidden / rows;
    const total = Math.max(...this.lengths) + added;
    const mask = new BigInt64Array(rows * total);
    this.lengths.forEach((length, row) => mask.fill(1n, row * total, row * total + length + added));
    const positions = new BigInt64Array(rows * added).map((_, i) =>
      BigInt(this.lengths[Math.floor(i / added)] + (i % added)),
    );
    const inPlace = this.keepsPlace() && this.positions >= total;
    const given = { embeds, rows, mask, positions, scored: 1 };
    const { logits, cache } = await this.model.run(given, this.cache, inPlace);
    this.cache = cache;
    this.lengths = this.lengths.map((length) => length + added);
    this.positions = Math.max(this.positions, total);
    return logits;
  }

  /** On wasm every run copies its inputs into the heap and its outputs out of it: there is no place to keep. */
  private keepsPlace(): boolean {
    return this.ragged && this.model.runtime.device !== 'wasm';
  }
}

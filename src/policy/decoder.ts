/**
 * The language model's session with its key-value cache: prompts in, then a batch of rows a token at a time. Where the
 * graph's attention allows it (GroupQueryAttention, which reads each row's length off the mask), rows may be of unlike
 * length, and the cache is made once with room for all tokens to come, so that a step writes into it and copies nothing.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { readOnnx } from '../checkpoint/onnxFile.ts';
import { floatData, floatTensor } from './halfFloats.ts';
import { disposeAll, joinRows, selectRows, uploaded } from './keyValueCache.ts';
import type { Runtime, Tensors } from './onnxRuntime.ts';

const PAST = 'past_key_values.';
const PRESENT = 'present.';

type Metadata = InferenceSession.TensorValueMetadata;

export class Decoder {
  /** Whether prompts of unlike length can be decoded as one batch. */
  readonly ragged: boolean;
  private readonly runtime: Runtime;
  private readonly session: InferenceSession;
  private readonly hidden: number;
  /** Names after the prefix, e.g. "0.key". */
  private readonly layers: string[];
  private cache: Tensors = {};
  /** Tokens behind each row. */
  private lengths: number[] = [];
  /** Positions that the cache has, and shall have. */
  private positions = 0;
  private wanted = 0;
  private adapter: Tensors = {};

  private constructor(runtime: Runtime, session: InferenceSession, hidden: number, ragged: boolean) {
    this.runtime = runtime;
    this.session = session;
    this.hidden = hidden;
    this.ragged = ragged;
    this.layers = layersOf(session.inputNames, PAST);
  }

  /** @param model ONNX bytes. @param layers of the language model. @param hidden width of an embedding. */
  static async create(runtime: Runtime, model: Uint8Array, layers: number, hidden: number): Promise<Decoder> {
    const kept = Array.from({ length: layers }, (_, i) => [
      `${PRESENT}${i}.key`,
      `${PRESENT}${i}.value`,
    ]).flat();
    const ragged = readOnnx(model).graph.node.some(({ opType }) => opType === 'GroupQueryAttention');
    return new Decoder(runtime, await runtime.session(model, { gpuOutputs: kept }), hidden, ragged);
  }

  /** Feeds for the adapter's inputs, from now on. Kept on the GPU where there is one. */
  async setAdapter(feeds: Record<string, { data: Float32Array; dims: number[] }>): Promise<void> {
    const gpu = await this.runtime.gpu();
    disposeAll(this.adapter);
    this.adapter = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, dims }]) => {
        const tensor = new this.runtime.Tensor('float32', data, dims) as Tensor;
        return [name, gpu ? uploaded(this.runtime, gpu, tensor) : tensor];
      }),
    );
  }

  /**
   * Starts anew with one prompt, row 0. @param embeds [P, hidden]. @param room tokens that will follow, 0: unknown.
   * @returns logits after the last position.
   */
  async prefill(embeds: Float32Array, room = 0): Promise<Float32Array> {
    this.clear();
    this.cache = this.emptyCache();
    this.lengths = [0];
    const logits = await this.run(embeds, 1);
    this.wanted = room && this.keepsPlace() ? this.lengths[0] + room : 0;
    return logits.slice(logits.length - logits.length / this.scored(embeds));
  }

  /** As prefill for several prompts, a row each; where not `ragged` they are of one length. @returns their logits. */
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
      this.cache = await joinRows(this.runtime, caches, this.positions);
      this.lengths = lengths;
    } finally {
      caches.forEach(disposeAll);
    }
    return logits;
  }

  /** Goes on with these rows of the batch, a row any number of times. */
  async select(rows: number[]): Promise<void> {
    this.positions = Math.max(this.positions, this.wanted);
    this.cache = await selectRows(this.runtime, this.cache, rows, this.positions);
    this.lengths = rows.map((row) => this.lengths[row]);
  }

  /** One token a row. @param embeds [rows, hidden]. @returns logits [rows, vocabulary]. */
  async step(embeds: Float32Array): Promise<Float32Array> {
    if (this.positions < this.wanted) await this.select([...this.lengths.keys()]);
    return this.run(embeds, embeds.length / this.hidden);
  }

  /** Frees the cache. */
  clear(): void {
    disposeAll(this.cache);
    this.cache = {};
    this.lengths = [];
    this.positions = this.wanted = 0;
  }

  async release(): Promise<void> {
    this.clear();
    disposeAll(this.adapter);
    await this.session.release();
  }

  private async run(embeds: Float32Array, rows: number): Promise<Float32Array> {
    const { Tensor } = this.runtime;
    const added = embeds.length / this.hidden / rows;
    const total = Math.max(...this.lengths) + added;
    const mask = new BigInt64Array(rows * total);
    this.lengths.forEach((length, row) => mask.fill(1n, row * total, row * total + length + added));
    const positions = new BigInt64Array(rows * added).map((_, i) =>
      BigInt(this.lengths[Math.floor(i / added)] + (i % added)),
    );
    const optional: Tensors = {
      position_ids: new Tensor('int64', positions, [rows, added]),
      num_logits_to_keep: new Tensor('int64', [1n], []),
    };
    const feeds: Tensors = {
      inputs_embeds: floatTensor(this.runtime, this.session, 'inputs_embeds', embeds, [
        rows,
        added,
        this.hidden,
      ]),
      attention_mask: new Tensor('int64', mask, [rows, total]),
      ...this.adapter,
    };
    for (const name of this.session.inputNames) if (name in optional) feeds[name] = optional[name];
    for (const layer of this.layers) feeds[PAST + layer] = this.cache[layer];

    const outputs =
      this.positions >= total && this.keepsPlace()
        ? await this.session.run(feeds, this.inPlace())
        : await this.grown(feeds);
    this.lengths = this.lengths.map((length) => length + added);
    this.positions = Math.max(this.positions, total);
    return floatData(outputs.logits);
  }

  /** The step's keys and values go where the earlier ones lie. */
  private inPlace(): InferenceSession.FetchesType {
    const present = this.layers.map((layer) => [PRESENT + layer, this.cache[layer]] as const);
    return { logits: null, ...Object.fromEntries(present) };
  }

  private async grown(feeds: Tensors): Promise<InferenceSession.ReturnType> {
    const outputs = await this.session.run(feeds);
    disposeAll(this.cache);
    this.cache = Object.fromEntries(this.layers.map((layer) => [layer, outputs[PRESENT + layer]]));
    return outputs;
  }

  /** On wasm every run copies its inputs into the heap and its outputs out of it: there is no place to keep. */
  private keepsPlace(): boolean {
    return this.ragged && this.runtime.device !== 'wasm';
  }

  /** How many positions of a prompt the graph gives logits for. */
  private scored(embeds: Float32Array): number {
    return this.session.inputNames.includes('num_logits_to_keep') ? 1 : embeds.length / this.hidden;
  }

  private emptyCache(): Tensors {
    const inputs = this.session.inputMetadata as Metadata[];
    return Object.fromEntries(
      this.layers.map((layer) => {
        const { type, shape } = inputs.find(({ name }) => name === PAST + layer)!;
        const dims = [1, Number(shape[1]), 0, Number(shape[3])];
        const data = type === 'float16' ? new Uint16Array() : new Float32Array();
        return [layer, new this.runtime.Tensor(type, data, dims)];
      }),
    );
  }
}

function layersOf(names: readonly string[], prefix: string): string[] {
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

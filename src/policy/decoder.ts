/** The language model's session with its key-value cache: one prompt in, then a batch of rows a token at a time. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { floatData, floatTensor } from './halfFloats.ts';
import { disposeAll, selectRows, uploaded } from './keyValueCache.ts';
import type { Runtime, Tensors } from './onnxRuntime.ts';

const PAST = 'past_key_values.';
const PRESENT = 'present.';

type Metadata = InferenceSession.TensorValueMetadata;

export class Decoder {
  private readonly runtime: Runtime;
  private readonly session: InferenceSession;
  private readonly hidden: number;
  /** Names after the prefix, e.g. "0.key". */
  private readonly layers: string[];
  private cache: Tensors = {};
  private length = 0;
  private adapter: Tensors = {};

  private constructor(runtime: Runtime, session: InferenceSession, hidden: number) {
    this.runtime = runtime;
    this.session = session;
    this.hidden = hidden;
    this.layers = layersOf(session.inputNames, PAST);
  }

  /** @param model ONNX bytes. @param layers of the language model. @param hidden width of an embedding. */
  static async create(runtime: Runtime, model: Uint8Array, layers: number, hidden: number): Promise<Decoder> {
    const kept = Array.from({ length: layers }, (_, i) => [
      `${PRESENT}${i}.key`,
      `${PRESENT}${i}.value`,
    ]).flat();
    return new Decoder(runtime, await runtime.session(model, { gpuOutputs: kept }), hidden);
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

  /** Starts anew with one prompt. @param embeds [P, hidden]. @returns logits after the last position. */
  async prefill(embeds: Float32Array): Promise<Float32Array> {
    this.clear();
    this.cache = this.emptyCache();
    const logits = await this.run(embeds, 1);
    return logits.subarray(logits.length - logits.length / this.scored(embeds));
  }

  /** Goes on with these rows of the batch, a row any number of times. */
  async select(rows: number[]): Promise<void> {
    this.cache = await selectRows(this.runtime, this.cache, rows);
  }

  /** One token a row. @param embeds [rows, hidden]. @returns logits [rows, vocabulary]. */
  step(embeds: Float32Array): Promise<Float32Array> {
    return this.run(embeds, embeds.length / this.hidden);
  }

  /** Frees the cache. */
  clear(): void {
    disposeAll(this.cache);
    this.cache = {};
    this.length = 0;
  }

  async release(): Promise<void> {
    this.clear();
    disposeAll(this.adapter);
    await this.session.release();
  }

  private async run(embeds: Float32Array, rows: number): Promise<Float32Array> {
    const { Tensor } = this.runtime;
    const added = embeds.length / this.hidden / rows;
    const total = this.length + added;
    const positions = new BigInt64Array(rows * added).map((_, i) => BigInt(this.length + (i % added)));
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
      attention_mask: new Tensor('int64', new BigInt64Array(rows * total).fill(1n), [rows, total]),
      ...this.adapter,
    };
    for (const name of this.session.inputNames) if (name in optional) feeds[name] = optional[name];
    for (const layer of this.layers) feeds[PAST + layer] = this.cache[layer];

    const outputs = await this.session.run(feeds);
    disposeAll(this.cache);
    this.cache = Object.fromEntries(this.layers.map((layer) => [layer, outputs[PRESENT + layer]]));
    this.length = total;
    return floatData(outputs.logits);
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

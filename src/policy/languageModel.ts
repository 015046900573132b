/** The decoder's session: positions in, logits out, keys and values where the caller wants them. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { floatData, floatTensor } from './halfFloats.ts';
import { disposeAll, uploaded } from './keyValueCache.ts';
import type { Runtime, Tensors } from './onnxRuntime.ts';

const PAST = 'past_key_values.';
const PRESENT = 'present.';

type Metadata = InferenceSession.TensorValueMetadata;

/** Some positions of some rows, all rows as long. */
export interface Positions {
  /** [rows, added, hidden]. */
  embeds: Float32Array;
  rows: number;
  /** What each row has behind it and adds: ones at its own tokens, [rows, total]. */
  mask: BigInt64Array;
  /** [rows, added]. */
  positions: BigInt64Array;
  /** [added, total] where the graph takes one: added to each score. */
  bias?: Float32Array;
  /** Positions of each row whose logits are wanted, the last ones. */
  scored: number;
}

export class LanguageModel {
  readonly runtime: Runtime;
  /** Width of an embedding. */
  readonly hidden: number;
  private readonly session: InferenceSession;
  /** Names of keys and values after the prefix, e.g. "0.key". */
  private readonly layers: string[];
  private adapter: Tensors = {};

  private constructor(runtime: Runtime, session: InferenceSession, hidden: number) {
    this.runtime = runtime;
    this.session = session;
    this.hidden = hidden;
    this.layers = session.inputNames
      .filter((name) => name.startsWith(PAST))
      .map((name) => name.slice(PAST.length));
  }

  /** @param model ONNX bytes. @param layers of the language model. */
  static async open(
    runtime: Runtime,
    model: Uint8Array,
    layers: number,
    hidden: number,
  ): Promise<LanguageModel> {
    const kept = Array.from({ length: layers }, (_, i) => [`${PRESENT}${i}.key`, `${PRESENT}${i}.value`]);
    return new LanguageModel(runtime, await runtime.session(model, { gpuOutputs: kept.flat() }), hidden);
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
   * @param cache keys and values of what lies behind, [rows, heads, positions, width] each.
   * @param inPlace whether the cache has room for what is added, and takes it: the very same tensors come back.
   * @returns logits [rows · scored, vocabulary], and the cache; one that was not written in place is freed.
   */
  async run(
    given: Positions,
    cache: Tensors,
    inPlace: boolean,
  ): Promise<{ logits: Float32Array; cache: Tensors }> {
    const feeds = this.feeds(given);
    for (const layer of this.layers) feeds[PAST + layer] = cache[layer];
    const asked = given.rows * given.scored;
    if (inPlace) {
      const present = this.layers.map((layer) => [PRESENT + layer, cache[layer]] as const);
      const { logits } = await this.session.run(feeds, { logits: null, ...Object.fromEntries(present) });
      return { logits: lastOf(logits, asked), cache };
    }
    const outputs = await this.session.run(feeds);
    disposeAll(cache);
    return {
      logits: lastOf(outputs.logits, asked),
      cache: Object.fromEntries(this.layers.map((layer) => [layer, outputs[PRESENT + layer]])),
    };
  }

  /** Of one row that has no position yet. */
  emptyCache(): Tensors {
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

  async release(): Promise<void> {
    disposeAll(this.adapter);
    await this.session.release();
  }

  private feeds({ embeds, rows, mask, positions, bias, scored }: Positions): Tensors {
    const { Tensor } = this.runtime;
    const added = embeds.length / this.hidden / rows;
    const total = mask.length / rows;
    const floats = (name: string, data: Float32Array, dims: number[]) =>
      floatTensor(this.runtime, this.session, name, data, dims);
    const optional: Tensors = {
      position_ids: new Tensor('int64', positions, [rows, added]),
      num_logits_to_keep: new Tensor('int64', [BigInt(scored)], []),
    };
    return {
      inputs_embeds: floats('inputs_embeds', embeds, [rows, added, this.hidden]),
      attention_mask: new Tensor('int64', mask, [rows, total]),
      ...(bias && { attention_bias: floats('attention_bias', bias, [1, 1, added, total]) }),
      ...this.adapter,
      ...Object.fromEntries(
        Object.entries(optional).filter(([name]) => this.session.inputNames.includes(name)),
      ),
    };
  }
}

/** A graph that does not take num_logits_to_keep gives logits of every position; of one row then. */
function lastOf(logits: Tensor, asked: number): Float32Array {
  const all = floatData(logits);
  const width = logits.dims[logits.dims.length - 1];
  return all.length > asked * width ? all.slice(all.length - asked * width) : all;
}

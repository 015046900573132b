/** A model of transformers.js, step by step: what it is fed, and the logits that it gives each time. */
import {
  cat,
  LogitsProcessor,
  LogitsProcessorList,
  Tensor,
  type PreTrainedModel,
} from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-common';
import { modelTensor } from './chatPrompt.ts';
import { otherTasks } from './otherTasks.ts';
import type { EncodedPrompt } from './policy.ts';

/** What is kept of the rows that are decoded together, and logits of their prompts, take no more than this. */
const ROW_BYTES = 2 ** 28;

/** What a model's own generation_config.json may not decide. */
const PLAIN = {
  do_sample: false,
  num_beams: 1,
  temperature: 1,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  min_length: 0,
  min_new_tokens: null,
  bad_words_ids: null,
  suppress_tokens: null,
  begin_suppress_tokens: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  guidance_scale: null,
  return_dict_in_generate: false,
};

/** The features of a prompt's picture, computed when first asked for. */
export type See = () => Promise<Tensor>;

export interface Steps {
  /** Of each row, the image's tokens expanded. */
  ids: number[];
  rows: number;
  /** Steps at most. */
  room: number;
  signal?: AbortSignal;
  /** Is given the logits of a step, [rows, vocabulary], which it may change: the largest are taken. */
  read: (logits: Float32Array) => void;
}

export class TransformersModel {
  readonly #model: PreTrainedModel;
  readonly #ends: number[];

  /** @param ends ids that end a row. */
  constructor(model: PreTrainedModel, ends: Iterable<number>) {
    this.#model = model;
    this.#ends = [...ends];
  }

  see({ inputs = {} }: EncodedPrompt): See {
    const encode = this.#model.encode_image.bind(this.#model) as (inputs: object) => Promise<Tensor>;
    let features: Promise<Tensor> | null = null;
    const tensors = () =>
      Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, modelTensor(input)]));
    return () => (features ??= encode(tensors()));
  }

  /** Steps until every row has ended or there is no room. @throws AbortError, before the next step. */
  async run(
    { inputs = {} }: EncodedPrompt,
    see: See,
    { ids, rows, room, signal, read }: Steps,
  ): Promise<void> {
    const model = this.#model;
    // Each row has its picture, but the vision tower sees it once.
    const others = Object.entries(inputs).map(([name, input]) => {
      const tensor = modelTensor(input);
      return [name, name === 'pixel_values' ? tensor : repeated(tensor, rows)] as const;
    });
    const forward = model.forward.bind(model);
    const stepped = async (given: { past_key_values?: { dispose(): Promise<void> } }) => {
      await otherTasks();
      if (signal?.aborted) await given.past_key_values?.dispose();
      signal?.throwIfAborted();
      return (await forward(given)) as object;
    };
    Object.assign(model, { forward: stepped, encode_image: async () => repeated(await see(), rows) });
    try {
      const processors = new LogitsProcessorList();
      processors.push(new LogitsReader(read));
      await model.generate({
        ...Object.fromEntries(others),
        input_ids: int64(Array.from({ length: rows }, () => ids).flat(), [rows, ids.length]),
        attention_mask: int64(new Array<number>(rows * ids.length).fill(1), [rows, ids.length]),
        ...PLAIN,
        eos_token_id: this.#ends,
        max_new_tokens: room,
        logits_processor: processors,
      } as never);
      await otherTasks();
      signal?.throwIfAborted();
    } finally {
      // The class's own again.
      for (const name of ['forward', 'encode_image']) Reflect.deleteProperty(model, name);
    }
  }

  /** @param prompt tokens; @param response tokens at most. */
  rowsAtOnce(prompt: number, response: number): number {
    const decoder = (this.#model.sessions as Record<string, InferenceSession>).decoder_model_merged;
    const bytes = (type: string) => (type === 'float16' ? 2 : 4);
    const metadata = [
      ...decoder.inputMetadata,
      ...decoder.outputMetadata,
    ] as InferenceSession.TensorValueMetadata[];
    let perRow = 0;
    for (const { name, type, shape } of metadata) {
      const known = shape.filter((size) => typeof size === 'number').reduce((a, b) => a * b, 1);
      if (name.startsWith('past_key_values.')) perRow += known * bytes(type) * (prompt + response);
      // States of convolutions and recurrences, which do not grow.
      else if (name.startsWith('past_')) perRow += known * bytes(type);
      // Without this input the graph gives logits of every position of the prompt.
      if (name === 'logits' && !decoder.inputNames.includes('num_logits_to_keep'))
        perRow += known * 4 * prompt;
    }
    return Math.max(1, Math.floor(ROW_BYTES / perRow));
  }

  async dispose(): Promise<void> {
    await this.#model.dispose();
  }
}

class LogitsReader extends LogitsProcessor {
  readonly #read: (logits: Float32Array) => void;

  constructor(read: (logits: Float32Array) => void) {
    super();
    this.#read = read;
  }

  override _call(_ids: bigint[][], logits: Tensor): Tensor {
    this.#read(logits.data as Float32Array);
    return logits;
  }
}

function repeated(tensor: Tensor, rows: number): Tensor {
  return rows === 1
    ? tensor
    : cat(
        Array.from({ length: rows }, () => tensor),
        0,
      );
}

function int64(values: number[], dims: number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

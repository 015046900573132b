/**
 * The policy for models that are asked only, on transformers.js: whatever architecture it maps to image-text-to-text,
 * with the model's own chat template. Sampling is ours: a logits processor draws each token by the settings and seed of
 * the policy and leaves nothing else to choose, so that settings mean the same here as for models that are trained; what
 * generation_config.json says of temperature, penalties and the like is put aside.
 */
import {
  AutoModelForImageTextToText,
  AutoProcessor,
  cat,
  env,
  LogitsProcessor,
  LogitsProcessorList,
  Tensor,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from '@huggingface/transformers';
import type { InferenceSession } from 'onnxruntime-common';
import { seededRandom } from '../demos/random.ts';
import type { Adapter } from '../checkpoint/adapter.ts';
import type { CheckpointSource } from '../checkpoint/source.ts';
import { DeviceWatch } from '../device/deviceWatch.ts';
import { ALL_Q4 } from '../checkpoint/parts.ts';
import { ChatPrompt, modelTensor } from './chatPrompt.ts';
import { wasmThreads } from './device.ts';
import { findLetterTokens } from './letterTokens.ts';
import { findEnding, planTrace, type Ending } from './letterTrace.ts';
import { withholdNarrowSubgroups } from './narrowSubgroups.ts';
import { otherTasks } from './otherTasks.ts';
import type {
  BatchOptions,
  Completion,
  EncodedPrompt,
  GenerateOptions,
  LetterTrace,
  LetterTraceOptions,
  Policy,
  SamplingSettings,
  SeededPrompt,
  PromptImage,
} from './policy.ts';
import { chooseToken, completed, finish, startRow, type Row, type TokenWords } from './row.ts';
import { withServedFiles } from './servedFiles.ts';
import { probabilities } from './tokenDistribution.ts';
import { readTransformersFiles } from './transformersFiles.ts';
import { ASK_LESS, LOAD_LESS, type PolicyOptions } from './policyOptions.ts';

/** Keys and values of the rows that are decoded together, and logits of their prompts, take no more than this. */
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

/**
 * @throws Error naming the file or field when the checkpoint cannot be had, has no chat template or is of an
 * architecture that transformers.js does not know; DeviceLostError, OutOfMemoryError; AbortError.
 */
export async function createTransformersPolicy(
  source: CheckpointSource,
  { device, dtypes = ALL_Q4, wasmPaths, onProgress, signal }: PolicyOptions,
): Promise<Policy> {
  const read = await readTransformersFiles(source, { dtypes, onProgress, signal });
  const { wasm } = env.backends.onnx;
  if (device !== 'cpu' && wasm) {
    wasm.numThreads = wasmThreads();
    if (wasmPaths) wasm.wasmPaths = wasmPaths;
  }
  if (device === 'webgpu') withholdNarrowSubgroups();
  const { processor, model } = await new DeviceWatch(null).run(LOAD_LESS, () =>
    withServedFiles(read.files, async (id) => {
      const processor = await AutoProcessor.from_pretrained(id);
      const model = await AutoModelForImageTextToText.from_pretrained(id, {
        device,
        dtype: dtypes,
        use_external_data_format: read.dataFiles,
        session_options: {
          logSeverityLevel: 3,
          // Threads that spin while they wait take the cores from other work.
          ...(device === 'cpu' && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
        },
      });
      return { processor, model };
    }),
  );
  try {
    signal?.throwIfAborted();
    const gpu = device === 'webgpu' ? ((await env.backends.onnx.webgpu?.device) ?? null) : null;
    const tokenizer = processor.tokenizer!;
    const { ends, suppressed, chatTemplate, config } = read;
    return new TransformersPolicy({
      device,
      checkpoint: source.name,
      context: config.text_config?.max_position_embeddings ?? config.max_position_embeddings ?? Infinity,
      model,
      chat: new ChatPrompt(processor, chatTemplate, model.forward_params),
      words: wordsOf(tokenizer, ends, suppressed),
      encode: (text) => tokenizer.encode(text, { add_special_tokens: false }),
      watch: new DeviceWatch(gpu),
    });
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

type Words = TokenWords & { ending: Ending };

function wordsOf(tokenizer: PreTrainedTokenizer, ends: number[], suppressed: number[]): Words {
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false });
  return {
    end: new Set(ends),
    suppressed: new Set(suppressed),
    letters: findLetterTokens(encode),
    ending: findEnding(encode),
    decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }),
  };
}

interface Parts {
  device: Policy['device'];
  checkpoint: string;
  /** Positions that the model knows. */
  context: number;
  model: PreTrainedModel;
  chat: ChatPrompt;
  words: Words;
  encode: (text: string) => number[];
  watch: DeviceWatch;
}

class TransformersPolicy implements Policy {
  readonly device: Policy['device'];
  readonly checkpoint: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.device = parts.device;
    this.checkpoint = parts.checkpoint;
    this.#parts = parts;
  }

  get lost(): Promise<never> {
    return this.#parts.watch.lost;
  }

  async encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    const { chat } = this.#parts;
    return { ...(await chat.encode(prompt, image)), embeds: new Float32Array(), hidden: 0 };
  }

  encodeResponse(text: string): Promise<Int32Array> {
    const [end] = this.#parts.words.end;
    return Promise.resolve(Int32Array.from([...this.#parts.encode(text), end]));
  }

  async generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    { signal, onTokens }: GenerateOptions = {},
  ): Promise<Completion[]> {
    const { words, watch } = this.#parts;
    this.#checkRoom(prompt, sampling.max_completion_length);
    const rows = Array.from({ length: count }, (_, row) =>
      startRow(words.decode, seededRandom('completion', sampling.seed, row)),
    );
    const together = this.#rowsAtOnce(prompt.ids.length, sampling.max_completion_length);
    const see = this.#seen(prompt);
    for (let from = 0; from < count; from += together) {
      const some = rows.slice(from, from + together);
      const told = (tokens: (string | null)[]) =>
        onTokens?.(rows.map((_, row) => tokens[row - from] ?? null));
      await watch.run(ASK_LESS, () => this.#decode(prompt, see, some, sampling, told, signal));
    }
    return rows.map(completed);
  }

  async generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    { signal, onTokens }: BatchOptions = {},
  ): Promise<Completion[][]> {
    const completions: Completion[][] = [];
    for (const [i, { prompt, seed }] of prompts.entries())
      completions.push(
        await this.generate(
          prompt,
          count,
          { ...sampling, seed },
          { signal, onTokens: onTokens && ((tokens) => onTokens(i, tokens)) },
        ),
      );
    return completions;
  }

  optionScores(prompt: EncodedPrompt, ids: Int32Array): Promise<number[]> {
    const { to, ending } = planTrace([...ids], this.#parts.words);
    return this.#parts.watch.run(ASK_LESS, () =>
      this.#letters(prompt, this.#seen(prompt), [...ids.slice(0, to)], ending),
    );
  }

  /** A forward pass over prompt and thought for each reading: transformers.js lends its cache to no branches. */
  letterTrace(
    prompt: EncodedPrompt,
    ids: Int32Array,
    { signal, onProgress }: LetterTraceOptions = {},
  ): Promise<LetterTrace> {
    const { from, to, ending } = planTrace([...ids], this.#parts.words);
    const see = this.#seen(prompt);
    return this.#parts.watch.run(ASK_LESS, async () => {
      const trace: LetterTrace = { at: [], letters: [] };
      for (let at = from; at <= to; at++) {
        trace.letters.push(await this.#letters(prompt, see, [...ids.slice(0, at)], ending, signal));
        trace.at.push(at);
        onProgress?.(at, to);
      }
      return trace;
    });
  }

  async setAdapter(adapter: Adapter | null): Promise<void> {
    if (adapter)
      throw new Error(
        `${this.checkpoint} can only be asked, without an adapter: SmolVLM (smolvlm, idefics3) takes one`,
      );
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    await this.#parts.model.dispose();
  }

  /** Samples the rows to their ends, as one batch. */
  async #decode(
    prompt: EncodedPrompt,
    see: See,
    rows: Row[],
    sampling: SamplingSettings,
    told: (tokens: (string | null)[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { words } = this.#parts;
    const [end] = words.end;
    const room = sampling.max_completion_length;
    let fed = 0;
    await this.#run([...prompt.ids], prompt, see, rows.length, room, signal, (logits) => {
      fed++;
      const live = rows.map(({ terminated }) => !terminated);
      const width = logits.length / rows.length;
      rows.forEach((row, i) => {
        const own = logits.subarray(i * width, (i + 1) * width);
        if (live[i]) chooseToken(row, own, sampling, words);
        if (live[i] && (row.terminated || fed === room)) finish(row);
        // A row that has ended goes on with end tokens, which nobody reads.
        own.fill(-Infinity);
        own[live[i] ? row.ids[row.ids.length - 1] : end] = 0;
      });
      told(rows.map((row, i) => (live[i] ? row.tokens[row.tokens.length - 1] : null)));
    });
  }

  /** Probabilities of the letters after a thought and the forced ending. */
  async #letters(
    prompt: EncodedPrompt,
    see: See,
    thought: number[],
    { ids, letters }: Ending,
    signal?: AbortSignal,
  ): Promise<number[]> {
    let scores: number[] = [];
    await this.#run([...prompt.ids, ...thought, ...ids], prompt, see, 1, 1, signal, (logits) => {
      scores = probabilities(logits, letters);
    });
    return scores;
  }

  /** @param read the logits of a step, [rows, vocabulary], which it may change: the largest are taken. */
  async #run(
    ids: number[],
    { inputs = {} }: EncodedPrompt,
    see: See,
    rows: number,
    room: number,
    signal: AbortSignal | undefined,
    read: (logits: Float32Array) => void,
  ): Promise<void> {
    const { model, words } = this.#parts;
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
        eos_token_id: [...words.end],
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

  /** The features of a prompt's picture, computed when first asked for. */
  #seen({ inputs = {} }: EncodedPrompt): See {
    const { model } = this.#parts;
    const encode = model.encode_image.bind(model) as (inputs: object) => Promise<Tensor>;
    let features: Promise<Tensor> | null = null;
    const tensors = () =>
      Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, modelTensor(input)]));
    return () => (features ??= encode(tensors()));
  }

  #rowsAtOnce(prompt: number, response: number): number {
    const decoder = (this.#parts.model.sessions as Record<string, InferenceSession>).decoder_model_merged;
    const bytes = (type: string) => (type === 'float16' ? 2 : 4);
    const metadata = [
      ...decoder.inputMetadata,
      ...decoder.outputMetadata,
    ] as InferenceSession.TensorValueMetadata[];
    let perRow = 0;
    for (const { name, type, shape } of metadata) {
      const known = shape.filter((size) => typeof size === 'number').reduce((a, b) => a * b, 1);
      if (name.startsWith('past_key_values.')) perRow += known * bytes(type) * (prompt + response);
      // Without this input the graph gives logits of every position of the prompt.
      if (name === 'logits' && !decoder.inputNames.includes('num_logits_to_keep'))
        perRow += known * 4 * prompt;
    }
    return Math.max(1, Math.floor(ROW_BYTES / perRow));
  }

  #checkRoom({ ids }: EncodedPrompt, asked: number): void {
    const room = this.#parts.context - ids.length;
    if (asked > room)
      throw new Error(
        `max_completion_length ${asked} does not fit behind a prompt of ${ids.length} tokens: at most ${room}`,
      );
  }
}

type See = () => Promise<Tensor>;

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

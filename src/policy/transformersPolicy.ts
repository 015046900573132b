/**
 * The policy for models that are asked only, on transformers.js: whatever architecture it maps to image-text-to-text,
 * with the model's own chat template. Sampling is ours: a logits processor draws each token by the settings and seed of
 * the policy and leaves nothing else to choose, so that settings mean the same here as for models that are trained; what
 * generation_config.json says of temperature, penalties and the like is put aside.
 */
import { AutoModelForImageTextToText, AutoProcessor, env } from '@huggingface/transformers';
import type { Adapter } from '../checkpoint/adapter.ts';
import { ALL_Q4 } from '../checkpoint/parts.ts';
import type { CheckpointSource } from '../checkpoint/source.ts';
import { seededRandom } from '../demos/random.ts';
import { DeviceWatch } from '../device/deviceWatch.ts';
import { ChatPrompt } from './chatPrompt.ts';
import { wasmThreads } from './device.ts';
import { planTrace } from './letterTrace.ts';
import { withholdNarrowSubgroups } from './narrowSubgroups.ts';
import type {
  BatchOptions,
  Completion,
  EncodedPrompt,
  GenerateOptions,
  LetterTrace,
  LetterTraceOptions,
  Policy,
  PromptImage,
  SamplingSettings,
  SeededPrompt,
} from './policy.ts';
import { ASK_LESS, LOAD_LESS, type PolicyOptions } from './policyOptions.ts';
import { chooseToken, completed, finish, startRow, type Row } from './row.ts';
import { withServedFiles } from './servedFiles.ts';
import { probabilities } from './tokenDistribution.ts';
import { tokenWords, type ResponseWords } from './tokenWords.ts';
import { readTransformersFiles } from './transformersFiles.ts';
import { TransformersModel, type See } from './transformersModel.ts';

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
    const { ends, suppressed, chatTemplate, squareColour, config } = read;
    const words = tokenWords(processor.tokenizer!, ends, suppressed);
    return new TransformersPolicy({
      device,
      checkpoint: source.name,
      context: config.text_config?.max_position_embeddings ?? config.max_position_embeddings ?? Infinity,
      model: new TransformersModel(model, words.end),
      chat: new ChatPrompt(processor, { template: chatTemplate, takes: model.forward_params, squareColour }),
      words,
      watch: new DeviceWatch(gpu),
    });
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

interface Parts {
  device: Policy['device'];
  checkpoint: string;
  /** Positions that the model knows. */
  context: number;
  model: TransformersModel;
  chat: ChatPrompt;
  words: ResponseWords;
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
    return Promise.resolve(this.#parts.words.encodeResponse(text));
  }

  async generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    { signal, onTokens }: GenerateOptions = {},
  ): Promise<Completion[]> {
    const { model, words, watch } = this.#parts;
    this.#checkRoom(prompt, sampling.max_completion_length);
    const rows = Array.from({ length: count }, (_, row) =>
      startRow(words.decode, seededRandom('completion', sampling.seed, row)),
    );
    const together = model.rowsAtOnce(prompt.ids.length, sampling.max_completion_length);
    const see = model.see(prompt);
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
    const { model, words, watch } = this.#parts;
    const { to } = planTrace([...ids], words);
    return watch.run(ASK_LESS, () => this.#letters(prompt, model.see(prompt), [...ids.slice(0, to)]));
  }

  /** A forward pass over prompt and thought for each reading: transformers.js lends its cache to no branches. */
  letterTrace(
    prompt: EncodedPrompt,
    ids: Int32Array,
    { signal, onProgress }: LetterTraceOptions = {},
  ): Promise<LetterTrace> {
    const { model, words, watch } = this.#parts;
    const { from, to } = planTrace([...ids], words);
    const see = model.see(prompt);
    return watch.run(ASK_LESS, async () => {
      const trace: LetterTrace = { at: [], letters: [] };
      for (let at = from; at <= to; at++) {
        trace.letters.push(await this.#letters(prompt, see, [...ids.slice(0, at)], signal));
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
    const { model, words } = this.#parts;
    const [end] = words.end;
    const room = sampling.max_completion_length;
    let fed = 0;
    const read = (logits: Float32Array) => {
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
    };
    await model.run(prompt, see, { ids: [...prompt.ids], rows: rows.length, room, signal, read });
  }

  /** Probabilities of the letters after a thought and the forced ending. */
  async #letters(
    prompt: EncodedPrompt,
    see: See,
    thought: number[],
    signal?: AbortSignal,
  ): Promise<number[]> {
    const { model, words } = this.#parts;
    const ids = [...prompt.ids, ...thought, ...words.ending.ids];
    let scores: number[] = [];
    const read = (logits: Float32Array) => {
      scores = probabilities(logits, words.ending.letters);
    };
    await model.run(prompt, see, { ids, rows: 1, room: 1, signal, read });
    return scores;
  }

  #checkRoom({ ids }: EncodedPrompt, asked: number): void {
    const room = this.#parts.context - ids.length;
    if (asked > room)
      throw new Error(
        `max_completion_length ${asked} does not fit behind a prompt of ${ids.length} tokens: at most ${room}`,
      );
  }
}

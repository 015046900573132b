/** The policy on ONNX Runtime: a SmolVLM in the hub's layout, its config deciding everything. */
import { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Adapter } from '../checkpoint/adapter.ts';
import { adapterFeeds, addAdapterInputs } from '../checkpoint/adapterInputs.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import type { CheckpointSource } from '../checkpoint/source.ts';
import { readOnnx } from '../checkpoint/onnxFile.ts';
import { unpackLinearLayers, unpackModel } from '../checkpoint/unpack.ts';
import { DeviceWatch } from '../device/deviceWatch.ts';
import { readCheckpointFiles, type CheckpointFiles } from './checkpointFiles.ts';
import { createDecoder, type Decoder } from './decoder.ts';
import { generateGroup, generateGroups, type GroupPrompt, type Vocabulary } from './generateGroup.ts';
import { letterTrace, optionScores } from './letterTrace.ts';
import { loadRuntime, type Device, type Runtime } from './onnxRuntime.ts';
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
import { PromptEncoder } from './promptEncoder.ts';
import { tokenWords, type ResponseWords } from './tokenWords.ts';

/** Keys and values of all rows that are decoded together take no more than this. */
const CACHE_BYTES = 2 ** 28;

/** Every linear layer of the decoder can carry an adapter. */
const ADAPTED = 'all';

/**
 * @throws naming the file or field when the checkpoint cannot be had or is no SmolVLM; DeviceLostError,
 * OutOfMemoryError; AbortError.
 */
export async function createPolicy(source: CheckpointSource, options: PolicyOptions): Promise<Policy> {
  const { device, signal, wasmPaths, askOnly = null } = options;
  const [runtime, files] = await Promise.all([
    loadRuntime(device, wasmPaths),
    readCheckpointFiles(source, options),
  ]);
  signal?.throwIfAborted();
  const { config, generation } = files;
  const { decoder, embedTokens, visionEncoder, watch } = await openSessions(runtime, files, askOnly === null);
  try {
    const tokenizer = new PreTrainedTokenizer(files.tokenizer, files.tokenizerConfig);
    const encoder = new PromptEncoder(runtime, tokenizer, files, embedTokens, visionEncoder);
    const ends = [...generation.eos_token_ids, ...config.eos_token_ids];
    const words: PolicyVocabulary = {
      ...tokenWords(tokenizer, ends, [...generation.suppress_tokens, config.image_token_id]),
      embed: (ids) => encoder.embed(ids),
    };
    const checkpoint = { name: source.name, config, askOnly };
    const policy = new VlmPolicy(device, checkpoint, encoder, decoder, words, watch);
    await policy.setAdapter(null);
    return policy;
  } catch (error) {
    await releaseAll([embedTokens, visionEncoder, decoder]);
    throw error;
  }
}

interface Session {
  release(): Promise<void>;
}

/** What cannot be released any more, e.g. on a lost device, is passed over. */
async function releaseAll(sessions: Session[]): Promise<void> {
  await Promise.allSettled(sessions.map((session) => session.release()));
}

/** Six times as large it would be past half of what WebAssembly can address. */
const MOST_UNPACKED = 350e6;

/** All three or none. */
async function openSessions(runtime: Runtime, { config, models }: CheckpointFiles, takesAdapter: boolean) {
  // On a CPU 4-bit products are slower than plain ones: far slower on wasm, by a fifth in Node.
  const unpack = runtime.device !== 'webgpu' && models.decoder_model_merged.length < MOST_UNPACKED;
  const opened: Session[] = [];
  const kept = <T extends Session>(session: T) => (opened.push(session), session);
  try {
    const { embedTokens, visionEncoder } = await new DeviceWatch(null).run(LOAD_LESS, async () => {
      const embedTokens = kept(await runtime.session(models.embed_tokens, { onHost: true }));
      const vision = unpack ? unpackModel(models.vision_encoder) : models.vision_encoder;
      return { embedTokens, visionEncoder: kept(await runtime.session(vision)) };
    });
    // ONNX Runtime makes its device with the first session on it.
    const watch = new DeviceWatch(await runtime.gpu());
    const decoder = await watch.run(LOAD_LESS, () => {
      const model = readOnnx(models.decoder_model_merged);
      if (takesAdapter) {
        addAdapterInputs(model, config, ADAPTED);
        if (unpack) unpackLinearLayers(model);
      }
      return createDecoder(runtime, model, config);
    });
    return { embedTokens, visionEncoder, decoder, watch };
  } catch (error) {
    await releaseAll(opened);
    throw error;
  }
}

type PolicyVocabulary = Vocabulary & ResponseWords;

interface Checkpoint {
  name: string;
  config: CheckpointConfig;
  /** Why it takes no adapter, or null. */
  askOnly: string | null;
}

class VlmPolicy implements Policy {
  readonly device: Device;
  readonly checkpoint: string;
  private readonly config: CheckpointConfig;
  private readonly askOnly: string | null;
  private readonly encoder: PromptEncoder;
  private readonly decoder: Decoder;
  private readonly vocabulary: PolicyVocabulary;
  private readonly watch: DeviceWatch;

  constructor(
    device: Device,
    { name, config, askOnly }: Checkpoint,
    encoder: PromptEncoder,
    decoder: Decoder,
    vocabulary: PolicyVocabulary,
    watch: DeviceWatch,
  ) {
    this.device = device;
    this.checkpoint = name;
    this.config = config;
    this.askOnly = askOnly;
    this.encoder = encoder;
    this.decoder = decoder;
    this.vocabulary = vocabulary;
    this.watch = watch;
  }

  get lost(): Promise<never> {
    return this.watch.lost;
  }

  encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    return this.watch.run(ASK_LESS, () => this.encoder.encode(prompt, image));
  }

  async promptLength(prompt: string): Promise<number> {
    return (await this.encoder.tokenize(prompt)).length;
  }

  encodeResponse(text: string): Promise<Int32Array> {
    return Promise.resolve(this.vocabulary.encodeResponse(text));
  }

  async generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    options?: GenerateOptions,
  ): Promise<Completion[]> {
    this.checkRoom(prompt, sampling.max_completion_length);
    const group = groupOf({ prompt, seed: sampling.seed }, count);
    return this.watch.run(ASK_LESS, () =>
      generateGroup(this.decoder, this.vocabulary, group, sampling, options),
    );
  }

  async generateBatch(
    prompts: SeededPrompt[],
    count: number,
    sampling: Omit<SamplingSettings, 'seed'>,
    { signal, onTokens }: BatchOptions = {},
  ): Promise<Completion[][]> {
    for (const { prompt } of prompts) this.checkRoom(prompt, sampling.max_completion_length);
    const longest = Math.max(...prompts.map(({ prompt }) => prompt.ids.length));
    const together = this.promptsAtOnce(count, longest + sampling.max_completion_length);
    const completions: Completion[][] = [];
    while (completions.length < prompts.length) {
      const first = completions.length;
      const groups = prompts.slice(first, first + together).map((prompt) => groupOf(prompt, count));
      const told = onTokens && ((tokens: (string | null)[]) => onTokens(first, tokens.slice(0, count)));
      const options = { signal, onTokens: told };
      completions.push(
        ...(await this.watch.run(ASK_LESS, async () =>
          groups.length === 1
            ? [await generateGroup(this.decoder, this.vocabulary, groups[0], sampling, options)]
            : generateGroups(this.decoder, this.vocabulary, groups, sampling, options),
        )),
      );
    }
    return completions;
  }

  optionScores(prompt: EncodedPrompt, ids: Int32Array): Promise<number[]> {
    return this.watch.run(ASK_LESS, () =>
      optionScores(this.decoder, this.vocabulary, prompt.embeds, [...ids]),
    );
  }

  letterTrace(prompt: EncodedPrompt, ids: Int32Array, options?: LetterTraceOptions): Promise<LetterTrace> {
    return this.watch.run(ASK_LESS, () =>
      letterTrace(this.decoder, this.vocabulary, prompt.embeds, [...ids], options),
    );
  }

  async setAdapter(adapter: Adapter | null): Promise<void> {
    if (this.askOnly !== null) {
      if (adapter) throw new Error(`no adapter can be used here: ${this.askOnly}`);
      return;
    }
    return this.watch.run(ASK_LESS, () =>
      this.decoder.setAdapter(adapterFeeds(adapter, this.config, ADAPTED)),
    );
  }

  private promptsAtOnce(count: number, positions: number): number {
    if (!this.decoder.ragged) return 1;
    const { num_hidden_layers, num_key_value_heads, head_dim } = this.config;
    const bytes = count * positions * num_hidden_layers * num_key_value_heads * head_dim * 2 * 4;
    return Math.max(1, Math.floor(CACHE_BYTES / bytes));
  }

  private checkRoom({ ids }: EncodedPrompt, asked: number): void {
    const room = this.config.max_position_embeddings - ids.length;
    if (asked > room)
      throw new Error(
        `max_completion_length ${asked} does not fit behind a prompt of ${ids.length} tokens: at most ${room}`,
      );
  }

  async dispose(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }
}

function groupOf({ prompt, seed }: SeededPrompt, count: number): GroupPrompt {
  const rows = Array.from({ length: count }, (_, row) => row);
  return { embeds: prompt.embeds, rows, seed };
}

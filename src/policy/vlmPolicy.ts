/** The policy on ONNX Runtime: a SmolVLM in the hub's layout, its config deciding everything. */
import { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Adapter } from '../checkpoint/adapter.ts';
import { adapterFeeds, addAdapterInputs } from '../checkpoint/adapterInputs.ts';
import {
  readConfig,
  readGenerationConfig,
  type CheckpointConfig,
  type GenerationConfig,
} from '../checkpoint/config.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import { unpackModel } from '../checkpoint/unpack.ts';
import { Decoder } from './decoder.ts';
import { generateGroup, type Vocabulary } from './generateGroup.ts';
import type { ImageSettings } from './imageProcessor.ts';
import { findLetterTokens } from './letterTokens.ts';
import { loadRuntime, type Device, type WasmPaths } from './onnxRuntime.ts';
import type {
  Completion,
  EncodedPrompt,
  GenerateOptions,
  Policy,
  PromptImage,
  SamplingSettings,
} from './policy.ts';
import { PromptEncoder } from './promptEncoder.ts';

const SESSIONS = ['embed_tokens', 'vision_encoder', 'decoder_model_merged'] as const;
type SessionName = (typeof SESSIONS)[number];

/** Endings of ONNX file names on the hub. */
const SUFFIXES = { fp32: '', fp16: '_fp16', q4: '_q4', q8: '_quantized' } as const;
export type Dtype = keyof typeof SUFFIXES;

/** Every linear layer of the decoder can carry an adapter. */
const ADAPTED = 'all';

export interface PolicyOptions {
  device: Device;
  /** Which of the checkpoint's files to take; 4-bit unless said otherwise. */
  dtype?: Partial<Record<SessionName, Dtype>>;
  /** Addresses of ONNX Runtime's own files; not on cpu. */
  wasmPaths?: WasmPaths;
  /** Bytes of the model files; the total is null while a server does not say. */
  onProgress?: (loaded: number, total: number | null) => void;
  signal?: AbortSignal;
}

/** @throws naming the file or field when the checkpoint cannot be had or is no SmolVLM; AbortError. */
export async function createPolicy(source: CheckpointSource, options: PolicyOptions): Promise<Policy> {
  const { device, signal } = options;
  const json = (path: string) => readJson(source, path, signal);
  const [runtime, models, config, generation, tokenizer, tokenizerConfig, processorConfig, imageSettings] =
    await Promise.all([
      loadRuntime(device, options.wasmPaths),
      readModels(source, options),
      json('config.json').then(readConfig),
      json('generation_config.json').then(readGenerationConfig),
      json('tokenizer.json'),
      json('tokenizer_config.json') as Promise<{ chat_template?: string }>,
      json('processor_config.json') as Promise<object>,
      json('preprocessor_config.json') as Promise<ImageSettings>,
    ]);
  // On a CPU 4-bit products are slower than plain ones: far slower on wasm, by a fifth in Node.
  const unpack = device !== 'webgpu';
  const decoderModel = addAdapterInputs(models.decoder_model_merged, ADAPTED, { unpack });
  const visionModel = unpack ? unpackModel(models.vision_encoder) : models.vision_encoder;
  signal?.throwIfAborted();

  const hub = new PreTrainedTokenizer(tokenizer, tokenizerConfig);
  const embedTokens = await runtime.session(models.embed_tokens, { onHost: true });
  const visionEncoder = await runtime.session(visionModel);
  const decoder = await Decoder.create(runtime, decoderModel, config.num_hidden_layers, config.hidden_size);
  const encoder = new PromptEncoder({
    runtime,
    tokenizer: hub,
    chatTemplate: tokenizerConfig.chat_template ?? (await readText(source, 'chat_template.jinja', signal)),
    processorConfig,
    imageSettings,
    imageTokenId: config.image_token_id,
    hidden: config.hidden_size,
    embedTokens,
    visionEncoder,
  });
  const policy = new VlmPolicy(
    device,
    source.name,
    config,
    encoder,
    decoder,
    vocabulary(hub, config, generation, encoder),
  );
  await policy.setAdapter(null);
  return policy;
}

class VlmPolicy implements Policy {
  readonly device: Device;
  readonly checkpoint: string;
  private readonly config: CheckpointConfig;
  private readonly encoder: PromptEncoder;
  private readonly decoder: Decoder;
  private readonly vocabulary: Vocabulary;

  constructor(
    device: Device,
    checkpoint: string,
    config: CheckpointConfig,
    encoder: PromptEncoder,
    decoder: Decoder,
    vocabulary: Vocabulary,
  ) {
    this.device = device;
    this.checkpoint = checkpoint;
    this.config = config;
    this.encoder = encoder;
    this.decoder = decoder;
    this.vocabulary = vocabulary;
  }

  encode(prompt: string, image: PromptImage): Promise<EncodedPrompt> {
    return this.encoder.encode(prompt, image);
  }

  async generate(
    prompt: EncodedPrompt,
    count: number,
    sampling: SamplingSettings,
    options?: GenerateOptions,
  ): Promise<Completion[]> {
    const [asked, room] = [
      sampling.max_completion_length,
      this.config.max_position_embeddings - prompt.ids.length,
    ];
    if (asked > room) {
      throw new Error(
        `max_completion_length ${asked} does not fit behind a prompt of ${prompt.ids.length} tokens: at most ${room}`,
      );
    }
    const rows = Array.from({ length: count }, (_, row) => row);
    return generateGroup(this.decoder, this.vocabulary, prompt.embeds, rows, sampling, options);
  }

  setAdapter(adapter: Adapter | null): Promise<void> {
    return this.decoder.setAdapter(adapterFeeds(adapter, this.config, ADAPTED));
  }

  async dispose(): Promise<void> {
    await this.encoder.release();
    await this.decoder.release();
  }
}

function vocabulary(
  tokenizer: PreTrainedTokenizer,
  config: CheckpointConfig,
  generation: GenerationConfig,
  encoder: PromptEncoder,
): Vocabulary {
  return {
    end: new Set([...generation.eos_token_ids, ...config.eos_token_ids]),
    suppressed: new Set([...generation.suppress_tokens, config.image_token_id]),
    letters: findLetterTokens((text) => tokenizer.encode(text, { add_special_tokens: false })),
    decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }),
    embed: (ids) => encoder.embed(ids),
  };
}

async function readModels(
  source: CheckpointSource,
  { dtype = {}, signal, onProgress }: PolicyOptions,
): Promise<Record<SessionName, Uint8Array>> {
  const progress = new Map<SessionName, [loaded: number, total: number | null]>();
  const files = SESSIONS.map(async (name) => {
    const path = `onnx/${name}${SUFFIXES[dtype[name] ?? 'q4']}.onnx`;
    progress.set(name, [0, null]);
    const bytes = await source.read(path, signal, (...state) => {
      progress.set(name, state);
      onProgress?.(...summed([...progress.values()]));
    });
    return [name, bytes] as const;
  });
  return Object.fromEntries(await Promise.all(files)) as Record<SessionName, Uint8Array>;
}

function summed(states: [loaded: number, total: number | null][]): [loaded: number, total: number | null] {
  const known = states.every(([, total]) => total !== null);
  const loaded = states.reduce((sum, [part]) => sum + part, 0);
  return [loaded, known ? states.reduce((sum, [, part]) => sum + part!, 0) : null];
}

async function readText(source: CheckpointSource, path: string, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await source.read(path, signal));
}

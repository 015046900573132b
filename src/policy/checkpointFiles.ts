/** The files of a checkpoint in the hub's layout that a policy is made of. */
import {
  readConfig,
  readGenerationConfig,
  type CheckpointConfig,
  type GenerationConfig,
} from '../checkpoint/config.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import type { ImageSettings } from './imageProcessor.ts';

const MODELS = ['embed_tokens', 'vision_encoder', 'decoder_model_merged'] as const;
export type ModelName = (typeof MODELS)[number];

/** Endings of ONNX file names on the hub. */
const SUFFIXES = { fp32: '', fp16: '_fp16', q4: '_q4', q8: '_quantized' } as const;
export type Dtype = keyof typeof SUFFIXES;

export interface ReadOptions {
  /** Which of the checkpoint's files to take; 4-bit unless said otherwise. */
  dtype?: Partial<Record<ModelName, Dtype>>;
  /** Bytes of the model files; the total is null while a server does not say. */
  onProgress?: (loaded: number, total: number | null) => void;
  signal?: AbortSignal;
}

export interface CheckpointFiles {
  config: CheckpointConfig;
  generation: GenerationConfig;
  tokenizer: object;
  tokenizerConfig: object;
  chatTemplate: string;
  /** It holds image_seq_len. */
  processorConfig: object;
  imageSettings: ImageSettings;
  models: Record<ModelName, Uint8Array>;
}

/** @throws naming the file or field when the checkpoint cannot be had or is no SmolVLM; AbortError. */
export async function readCheckpointFiles(
  source: CheckpointSource,
  options: ReadOptions,
): Promise<CheckpointFiles> {
  const json = (path: string) => readJson(source, path, options.signal);
  const [config, generation, tokenizer, tokenizerConfig, processorConfig, imageSettings, models] =
    await Promise.all([
      json('config.json').then(readConfig),
      json('generation_config.json').then(readGenerationConfig),
      json('tokenizer.json') as Promise<object>,
      json('tokenizer_config.json') as Promise<{ chat_template?: string }>,
      json('processor_config.json') as Promise<object>,
      json('preprocessor_config.json') as Promise<ImageSettings>,
      readModels(source, options),
    ]);
  const chatTemplate =
    tokenizerConfig.chat_template ?? (await readText(source, 'chat_template.jinja', options.signal));
  return {
    config,
    generation,
    tokenizer,
    tokenizerConfig,
    chatTemplate,
    processorConfig,
    imageSettings,
    models,
  };
}

async function readModels(
  source: CheckpointSource,
  { dtype = {}, signal, onProgress }: ReadOptions,
): Promise<Record<ModelName, Uint8Array>> {
  const progress = new Map<ModelName, Progress>(MODELS.map((name) => [name, [0, null]]));
  const files = MODELS.map(async (name) => {
    const path = `onnx/${name}${SUFFIXES[dtype[name] ?? 'q4']}.onnx`;
    const bytes = await source.read(path, signal, (...state) => {
      progress.set(name, state);
      onProgress?.(...summed([...progress.values()]));
    });
    return [name, bytes] as const;
  });
  return Object.fromEntries(await Promise.all(files)) as Record<ModelName, Uint8Array>;
}

type Progress = [loaded: number, total: number | null];

function summed(states: Progress[]): Progress {
  const known = states.every(([, total]) => total !== null);
  const loaded = states.reduce((sum, [part]) => sum + part, 0);
  return [loaded, known ? states.reduce((sum, [, part]) => sum + part!, 0) : null];
}

async function readText(source: CheckpointSource, path: string, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await source.read(path, signal));
}

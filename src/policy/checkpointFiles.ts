/** The files of a checkpoint in the hub's layout that a policy is made of. */
import {
  readConfig,
  readGenerationConfig,
  type CheckpointConfig,
  type GenerationConfig,
} from '../checkpoint/config.ts';
import { ALL_Q4, MODEL_PARTS, onnxPath, type ModelPart, type PartDtypes } from '../checkpoint/parts.ts';
import { MissingFileError, readJson, type CheckpointSource } from '../checkpoint/source.ts';
import { readWholeModel } from '../checkpoint/wholeModel.ts';
import type { ImageSettings } from './imageProcessor.ts';

export interface ReadOptions {
  /** Which of the checkpoint's files to take; 4-bit unless said otherwise. */
  dtypes?: PartDtypes;
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
  models: Record<ModelPart, Uint8Array>;
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
      json('generation_config.json').catch(ifMissing({})).then(readGenerationConfig),
      json('tokenizer.json') as Promise<object>,
      json('tokenizer_config.json') as Promise<{ chat_template?: string }>,
      json('processor_config.json').catch(ifMissing({})) as Promise<object>,
      json('preprocessor_config.json') as Promise<ImageSettings>,
      readModels(source, options),
    ]);
  const chatTemplate = await readChatTemplate(source, tokenizerConfig, options.signal);
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
  { dtypes = ALL_Q4, signal, onProgress }: ReadOptions,
): Promise<Record<ModelPart, Uint8Array>> {
  const progress = new Map<ModelPart, Loaded>(MODEL_PARTS.map((name) => [name, [0, null]]));
  const files = MODEL_PARTS.map(async (name) => {
    const bytes = await readWholeModel(source, onnxPath(name, dtypes[name]), signal, (...state) => {
      progress.set(name, state);
      onProgress?.(...summed([...progress.values()]));
    });
    return [name, bytes] as const;
  });
  return Object.fromEntries(await Promise.all(files)) as Record<ModelPart, Uint8Array>;
}

/** Bytes of a file, or of several. */
export type Loaded = [loaded: number, total: number | null];

export function summed(states: Loaded[]): Loaded {
  const known = states.every(([, total]) => total !== null);
  const loaded = states.reduce((sum, [part]) => sum + part, 0);
  return [loaded, known ? states.reduce((sum, [, part]) => sum + part!, 0) : null];
}

/**
 * In the tokenizer's settings or in a file of its own: as text, or in older repositories as JSON.
 * @throws MissingFileError when there is none.
 */
export async function readChatTemplate(
  source: CheckpointSource,
  { chat_template }: { chat_template?: string },
  signal?: AbortSignal,
): Promise<string> {
  if (chat_template !== undefined) return chat_template;
  const bytes = await source.read('chat_template.jinja', signal).catch(ifMissing(null));
  if (bytes) return new TextDecoder().decode(bytes);
  const json = (await readJson(source, 'chat_template.json', signal)) as { chat_template?: unknown };
  if (typeof json.chat_template === 'string') return json.chat_template;
  throw new Error(`${source.name}: chat_template.json holds no chat_template`);
}

export function ifMissing<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof MissingFileError) return otherwise;
    throw error;
  };
}

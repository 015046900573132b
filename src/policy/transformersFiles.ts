/** The files that transformers.js needs of a vision-language model in the hub's layout. */
import * as v from 'valibot';
import { issueText } from '../demos/schemaIssue.ts';
import { MODEL_PARTS, onnxPath, type PartDtypes } from '../checkpoint/parts.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import { ifMissing, readChatTemplate, summed, type Loaded } from './checkpointFiles.ts';
import { pictureSettings, preprocessorSchema, processorSchema, squareColour } from './pictureSettings.ts';
import type { Files } from './servedFiles.ts';

const tokenId = v.pipe(v.number(), v.integer(), v.minValue(0));
const tokenIds = v.nullish(v.union([tokenId, v.array(tokenId)]));
/** Files of tensors beside an ONNX file; true is one. transformers.js takes no more. */
const dataCount = v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))]);
const context = v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1)));
const imageToken = v.nullish(v.pipe(v.number(), v.integer()));

/** What is read of config.json beside what transformers.js reads of it. */
const configSchema = v.looseObject({
  model_type: v.string(),
  eos_token_id: tokenIds,
  max_position_embeddings: context,
  image_token_id: imageToken,
  image_token_index: imageToken,
  video_token_id: imageToken,
  image_aspect_ratio: v.nullish(v.string()),
  text_config: v.nullish(v.looseObject({ eos_token_id: tokenIds, max_position_embeddings: context })),
  'transformers.js_config': v.nullish(
    v.looseObject({
      use_external_data_format: v.nullish(v.union([dataCount, v.record(v.string(), dataCount)])),
    }),
  ),
});
export type ModelConfig = v.InferOutput<typeof configSchema>;

const generationSchema = v.looseObject({
  eos_token_id: tokenIds,
  suppress_tokens: v.nullish(v.array(tokenId)),
});
const tokenizerSchema = v.looseObject({
  chat_template: v.optional(v.string()),
  processor_class: v.optional(v.string()),
});

export interface TransformersFiles {
  config: ModelConfig;
  /** Any of them ends a response. */
  ends: number[];
  /** Pictures, and what generation_config.json forbids. */
  suppressed: number[];
  chatTemplate: string;
  /** Of the square that pictures are put on, or null. */
  squareColour: number[] | null;
  /** Files of tensors outside of the ONNX file, by the ONNX file's name. */
  dataFiles: Record<string, number>;
  files: Files;
}

export interface ReadTransformersOptions {
  dtypes: PartDtypes;
  onProgress?: (loaded: number, total: number | null) => void;
  signal?: AbortSignal;
}

/** @throws Error naming the file or field; AbortError. */
export async function readTransformersFiles(
  source: CheckpointSource,
  { dtypes, onProgress, signal }: ReadTransformersOptions,
): Promise<TransformersFiles> {
  const json = (path: string) => readJson(source, path, signal);
  const optional = (path: string) => json(path).catch(ifMissing({}));
  const [config, generation, tokenizerJson, tokenizerConfig, processor, preprocessor] = await Promise.all([
    json('config.json').then((value) => checked(configSchema, value, source.name, 'config.json')),
    optional('generation_config.json').then((value) =>
      checked(generationSchema, value, source.name, 'generation_config.json'),
    ),
    json('tokenizer.json'),
    json('tokenizer_config.json').then((value) =>
      checked(tokenizerSchema, value, source.name, 'tokenizer_config.json'),
    ),
    optional('processor_config.json').then((value) =>
      checked(processorSchema, value, source.name, 'processor_config.json'),
    ),
    json('preprocessor_config.json').then((value) =>
      checked(preprocessorSchema, value, source.name, 'preprocessor_config.json'),
    ),
  ]);
  const chatTemplate = await readChatTemplate(source, tokenizerConfig, signal).catch(ifMissing(null));
  if (chatTemplate === null)
    throw new Error(
      `${source.name} has no chat template, so nothing says how it is to be asked: choose a model that chats`,
    );
  const pictures = pictureSettings({ preprocessor, processor, tokenizer: tokenizerConfig });
  if (!pictures) throw new Error(`${source.name}: preprocessor_config.json names no processor_class`);
  const { text_config, image_token_id, image_token_index, video_token_id } = config;
  const ends = [generation.eos_token_id, config.eos_token_id, text_config?.eos_token_id].flatMap(
    (ids) => ids ?? [],
  );
  if (ends.length === 0) throw new Error(`${source.name} names no eos_token_id: its answers would not end`);
  const files = new Map<string, Uint8Array>();
  const small = {
    'config.json': config,
    'generation_config.json': generation,
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': tokenizerConfig,
    'processor_config.json': processor,
    'preprocessor_config.json': pictures,
    'chat_template.jinja': null,
  };
  for (const [path, value] of Object.entries(small))
    files.set(path, new TextEncoder().encode(value === null ? chatTemplate : JSON.stringify(value)));

  const progress = new Map<string, Loaded>();
  const models = MODEL_PARTS.map((part) => onnxPath(part, dtypes[part]));
  const paths = source.paths && (await source.paths());
  const dataFiles = Object.fromEntries(
    models.map((path) => [nameOf(path), paths ? dataFilesAmong(paths, path) : dataFilesStated(config, path)]),
  );
  const wanted = models.flatMap((path) => [path, ...dataPaths(path, dataFiles[nameOf(path)])]);
  for (const path of wanted) progress.set(path, [0, null]);
  await Promise.all(
    wanted.map(async (path) => {
      const told = (...state: Loaded) => {
        progress.set(path, state);
        onProgress?.(...summed([...progress.values()]));
      };
      const bytes = await source.read(path, signal, told);
      told(bytes.length, bytes.length);
      files.set(path, bytes);
    }),
  );
  return {
    config,
    ends,
    suppressed: [
      ...(generation.suppress_tokens ?? []),
      ...[image_token_id, image_token_index, video_token_id].filter((id) => id !== null && id !== undefined),
    ],
    chatTemplate,
    squareColour: squareColour(config, pictures),
    dataFiles,
    files,
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** "x.onnx_data", "x.onnx_data_1", ..: as transformers.js counts them. */
function dataPaths(model: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${model}_data${i === 0 ? '' : `_${i}`}`);
}

function dataFilesAmong(paths: readonly string[], model: string): number {
  const there = new Set(paths);
  let count = 0;
  while (there.has(dataPaths(model, count + 1)[count])) count++;
  return count;
}

/** By the file's name, with its precision or without, or for all. */
function dataFilesStated(config: ModelConfig, model: string): number {
  const stated = config['transformers.js_config']?.use_external_data_format ?? false;
  if (typeof stated !== 'object') return Number(stated);
  const name = nameOf(model);
  const part = MODEL_PARTS.find((candidate) => name.startsWith(candidate))!;
  return Number(stated[name] ?? stated[part] ?? 0);
}

function checked<T extends v.GenericSchema>(
  schema: T,
  json: unknown,
  name: string,
  file: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new Error(`${name}: ${file}: ${issueText(result.issues[0])}`);
}

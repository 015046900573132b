/** A learner from a checkpoint's own files: the decoder's weights come out of the ONNX file that the policy runs. */
import { readConfig } from '../checkpoint/config.ts';
import { readDecoderWeights, readEmbeddings } from '../checkpoint/decoderWeights.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import { readWholeModel } from '../checkpoint/wholeModel.ts';
import { onDevice, startBackend, type Device, type WasmFiles } from './backend.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import type { Learner } from './learner.ts';
import { TfjsLearner } from './tfjsLearner.ts';

export interface LearnerOptions {
  device: Device;
  /** In a page, for device wasm. */
  wasmFiles?: WasmFiles;
  /** The files that the policy runs; by default the 4-bit ones. */
  decoderFile?: string;
  embeddingsFile?: string;
  /** Bytes read so far, and of all where the server says. */
  onProgress?: (loaded: number, total: number | null) => void;
  signal?: AbortSignal;
}

/** @throws Error naming what is missing in the checkpoint, or where the device has no backend; as onDevice. */
export async function createLearner(source: CheckpointSource, options: LearnerOptions): Promise<Learner> {
  await startBackend(options.device, options.wasmFiles);
  return onDevice(
    'choose a smaller checkpoint or precision, or close other tabs',
    async () => new TfjsLearner(options.device, await readParameters(source, options)),
  );
}

async function readParameters(
  source: CheckpointSource,
  {
    decoderFile = 'onnx/decoder_model_merged_q4.onnx',
    embeddingsFile = 'onnx/embed_tokens_q4.onnx',
    onProgress,
    signal,
  }: LearnerOptions,
): Promise<DecoderParameters> {
  const config = readConfig(await readJson(source, 'config.json', signal));
  const [decoder, embeddings] = await readTogether(source, [decoderFile, embeddingsFile], onProgress, signal);
  const weights = readDecoderWeights(decoder, config);
  return {
    config,
    linear: (module) => weights.linear(module),
    norm: (module) => weights.norm(module),
    embeddings: readEmbeddings(embeddings),
    head: weights.lmHead,
  };
}

function readTogether(
  source: CheckpointSource,
  paths: string[],
  onProgress: LearnerOptions['onProgress'],
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const loaded = paths.map(() => 0);
  const totals = paths.map((): number | null => null);
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0);
  const told = (i: number) => (bytes: number, total: number | null) => {
    [loaded[i], totals[i]] = [bytes, total];
    const known = totals.filter((value) => value !== null);
    onProgress?.(sum(loaded), known.length === paths.length ? sum(known) : null);
  };
  return Promise.all(paths.map((path, i) => readWholeModel(source, path, signal, told(i))));
}

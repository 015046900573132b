/** A learner from a checkpoint's own files: the decoder's weights come out of the ONNX file that the policy runs. */
import { readConfig } from '../checkpoint/config.ts';
import { readDecoderWeights, readEmbeddings } from '../checkpoint/decoderWeights.ts';
import { dequantise } from '../checkpoint/linearWeight.ts';
import { readJson, type CheckpointSource } from '../checkpoint/source.ts';
import { startBackend, type Device } from './backend.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import type { Learner } from './learner.ts';
import { TfjsLearner } from './tfjsLearner.ts';

export interface LearnerOptions {
  device: Device;
  /** Where tfjs-backend-wasm's .wasm files are: a folder with a slash at the end, or a URL by file name; not needed in Node. */
  wasmPaths?: string | Record<string, string>;
  /** The files that the policy runs; by default the 4-bit ones. */
  decoderFile?: string;
  embeddingsFile?: string;
  signal?: AbortSignal;
}

/** @throws Error naming what is missing in the checkpoint, or where the device has no backend. */
export async function createLearner(source: CheckpointSource, options: LearnerOptions): Promise<Learner> {
  await startBackend(options.device, options.wasmPaths);
  return new TfjsLearner(options.device, await readParameters(source, options));
}

async function readParameters(
  source: CheckpointSource,
  {
    decoderFile = 'onnx/decoder_model_merged_q4.onnx',
    embeddingsFile = 'onnx/embed_tokens_q4.onnx',
    signal,
  }: LearnerOptions,
): Promise<DecoderParameters> {
  const config = readConfig(await readJson(source, 'config.json', signal));
  const weights = readDecoderWeights(await source.read(decoderFile, signal), config);
  return {
    config,
    linear: (module) => weights.linear(module),
    norm: (module) => weights.norm(module),
    embeddings: readEmbeddings(await source.read(embeddingsFile, signal)),
    head: dequantise(weights.lmHead),
  };
}

/** What the catalogue tells of a checkpoint: what it weighs, and what it takes in memory where shapes are known. */
import { weightBitsOf } from '../../checkpoint/parts.ts';
import { askMemory, visionMemory } from '../../hub/askMemory.ts';
import type { CatalogueEntry } from '../../hub/catalogue.ts';
import {
  preferredPrecision,
  PRECISIONS,
  takesAdapter,
  type Accelerator,
  type Precision,
} from '../../hub/precision.ts';
import { ACTIVATION_BYTES, estimateMemory } from '../../learner/memory.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';
import { bytes } from '../words.ts';

/** Tokens of a prompt with one picture, about. */
const PROMPT = 400;

/** Bytes to ask and to train by, at the defaults; null where the shapes are not known. */
export function memoryOf(
  { decoder, vision, parameters, download }: CatalogueEntry,
  precision: Precision,
  device: Accelerator['device'],
): { ask: number; train: number } | null {
  const size = download[precision];
  if (!decoder || !vision || !size) return null;
  const { num_generations, generation_batch_size, lora, sampling } = DEFAULT_GRPO_CONFIG;
  const response = sampling.max_completion_length;
  // On a CPU 4-bit weights are unpacked (vlmPolicy.ts).
  const weights = device === 'webgpu' ? size.megabytes * 1e6 : 4 * parameters.count;
  const ask = askMemory(decoder, {
    weights,
    promptLength: PROMPT,
    responseLength: response,
    responses: num_generations,
    // As decoder.ts chooses.
    promptCopies: device === 'webgpu' ? num_generations : 1,
    cacheBytes: precision === 'q4f16' || precision === 'fp16' ? 2 : 4,
  });
  const update = estimateMemory(decoder, lora, {
    device: device === 'webgpu' ? 'webgpu' : 'wasm',
    promptLength: PROMPT,
    responseLengths: Array.from({ length: num_generations }, () => response),
    groups: generation_batch_size / num_generations,
    activationBytes: ACTIVATION_BYTES,
    weightBits: weightBitsOf(precision),
  });
  return { ask: ask + visionMemory(vision), train: update.peak + update.optimizer };
}

/** A sentence: in the precision that would be chosen on the machine at hand. */
export function memoryWords(entry: CatalogueEntry, accelerator: Accelerator): string {
  if (!entry.decoder)
    return entry.memory
      ? `Memory: about ${entry.memory.gigabytes} GB to ask, as others report it.`
      : 'Memory: not known; more than the download.';
  const sized = PRECISIONS.filter((precision) => entry.download[precision]);
  const precision = preferredPrecision(accelerator, sized, entry.id);
  const memory = precision && memoryOf(entry, precision, accelerator.device);
  if (!memory) return 'Memory: not known, since it runs in no precision on this device.';
  const on = accelerator.device === 'webgpu' ? 'WebGPU' : 'WebAssembly';
  return `Memory in ${precision} on ${on}, computed at the default settings and a prompt of ${PROMPT} tokens: ${bytes(memory.ask)} to ask, ${bytes(memory.train)} more to train.`;
}

export const SOURCES: Record<CatalogueEntry['parameters']['source'], string> = {
  computed: 'computed from its config',
  hub: 'as the hub lists it',
  reported: 'as others report it',
  name: 'by its name',
};

/** A sentence: what each precision weighs, and which cannot be trained. */
export function downloadWords({ download, downloadUnknown, decoder }: CatalogueEntry): string {
  if (downloadUnknown !== null)
    return `Download: not known; ${downloadUnknown}. The exact bytes are shown before it starts.`;
  const sizes = PRECISIONS.flatMap((precision) => {
    const size = download[precision];
    if (!size) return [];
    const ask = decoder && !takesAdapter(precision) ? ', to ask only' : '';
    return [`${precision} ${size.megabytes} MB (${SOURCES[size.source]}${ask})`];
  });
  return `Download: ${sizes.join(', ')}.`;
}

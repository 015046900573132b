/** What a checkpoint of the catalogue takes in memory, from its shapes. */
import { askMemory, visionMemory } from '../../hub/askMemory.ts';
import type { CatalogueEntry } from '../../hub/catalogue.ts';
import type { Precision } from '../../hub/precision.ts';
import { ACTIVATION_BYTES, estimateMemory } from '../../learner/memory.ts';
import { DEFAULT_GRPO_CONFIG } from '../../training/grpoConfig.ts';

const PROMPT = 400;
const RESPONSE = 128;

/** Bytes to ask and to train by, at the defaults; null where the shapes are not known. */
export function memoryOf(
  { decoder, vision, parameters, download }: CatalogueEntry,
  precision: Precision,
  device: 'webgpu' | 'wasm',
): { ask: number; train: number } | null {
  const size = download[precision];
  if (!decoder || !vision || !size) return null;
  const { num_generations, generation_batch_size, lora } = DEFAULT_GRPO_CONFIG;
  // On WebAssembly 4-bit weights are unpacked (vlmPolicy.ts).
  const weights = device === 'wasm' ? 4 * parameters.count : size.megabytes * 1e6;
  const ask = askMemory(decoder, {
    weights,
    promptLength: PROMPT,
    responseLength: RESPONSE,
    responses: num_generations,
    cacheBytes: precision === 'q4f16' || precision === 'fp16' ? 2 : 4,
  });
  const update = estimateMemory(decoder, lora, {
    device,
    promptLength: PROMPT,
    responseLengths: Array.from({ length: num_generations }, () => RESPONSE),
    groups: generation_batch_size / num_generations,
    activationBytes: ACTIVATION_BYTES,
    weightBits: precision.startsWith('q4') ? 4 : 32,
  });
  return { ask: ask + visionMemory(vision), train: update.peak + update.optimizer };
}

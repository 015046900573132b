/** In which numbers a checkpoint is stored and computed, and where that can run. */

import { MODEL_PARTS, onnxPath, type Dtype, type ModelPart, type PartDtypes } from '../checkpoint/parts.ts';

/** As one chooses: the decoder's, with what goes with it. */
export type Precision = Dtype;
export const PRECISIONS: readonly Precision[] = ['q4f16', 'q4', 'fp16', 'q8', 'fp32'];

/** What may stand in for a part, best first: a table of embeddings or a vision tower is not always there in all. */
const PARTS: Record<Precision, Record<ModelPart, readonly Dtype[]>> = {
  q4f16: {
    decoder_model_merged: ['q4f16'],
    vision_encoder: ['q4f16', 'fp16', 'q4', 'fp32'],
    embed_tokens: ['fp16', 'q4f16', 'fp32'],
  },
  q4: {
    decoder_model_merged: ['q4'],
    vision_encoder: ['q4', 'fp32', 'q8'],
    embed_tokens: ['fp16', 'q4', 'fp32', 'q8'],
  },
  fp16: {
    decoder_model_merged: ['fp16'],
    vision_encoder: ['fp16', 'fp32'],
    embed_tokens: ['fp16', 'fp32'],
  },
  q8: {
    decoder_model_merged: ['q8'],
    vision_encoder: ['q8', 'fp32'],
    embed_tokens: ['q8', 'fp16', 'fp32'],
  },
  fp32: {
    decoder_model_merged: ['fp32'],
    vision_encoder: ['fp32'],
    embed_tokens: ['fp32', 'fp16'],
  },
};

/** @returns null where a part is missing. */
export function partDtypes(paths: ReadonlySet<string>, precision: Precision): PartDtypes | null {
  const chosen = MODEL_PARTS.map((part) => {
    const dtype = PARTS[precision][part].find((candidate) => paths.has(onnxPath(part, candidate)));
    return [part, dtype] as const;
  });
  return chosen.every(([, dtype]) => dtype) ? (Object.fromEntries(chosen) as PartDtypes) : null;
}

/** Those that a list of files has whole. */
export function offeredPrecisions(paths: ReadonlySet<string>): Precision[] {
  return PRECISIONS.filter((precision) => partDtypes(paths, precision) !== null);
}

/** What a checkpoint will run on. */
export interface Accelerator {
  device: 'webgpu' | 'wasm' | 'cpu';
  /** WebGPU's feature "shader-f16". */
  shaderF16: boolean;
  /** WebGPU in Chrome on Android. */
  android: boolean;
}

/** Why a combination is refused, or null. Sources: transformers.js issues 1205, 1286 and 1317. */
export function refusal(precision: Precision, on: Accelerator, checkpoint = ''): string | null {
  const halves = precision === 'fp16' || precision === 'q4f16';
  if (on.device === 'webgpu') {
    if (on.android && /SmolVLM2?-256M/.test(checkpoint))
      return 'on Android, SmolVLM-256M crashes the browser’s WebGPU (transformers.js issue 1205): choose WebAssembly';
    if (precision === 'q8')
      return '8-bit decoders give gibberish on WebGPU (transformers.js issues 1286 and 1317): choose q4 or q4f16';
    if (halves && !on.shaderF16)
      return `${precision} computes in 16 bits, and this graphics adapter lacks shader-f16: choose q4 or fp32`;
    return null;
  }
  if (halves) return `${precision} computes in 16 bits, which a CPU only emulates: choose q4 or fp32`;
  return null;
}

/** Whether an adapter can be put on a decoder's layers; 8-bit ones are products of integers (MatMulInteger). */
export function takesAdapter(precision: Precision): boolean {
  return precision !== 'q8';
}

/** The smallest that runs well: q4f16 on a GPU that computes in 16 bits, else q4. */
export function preferredPrecision(
  on: Accelerator,
  offered: readonly Precision[],
  checkpoint = '',
): Precision | null {
  const order: Precision[] = ['q4f16', 'q4', 'q8', 'fp16', 'fp32'];
  return (
    order.find((precision) => offered.includes(precision) && refusal(precision, on, checkpoint) === null) ??
    null
  );
}

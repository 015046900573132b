/** The ONNX files of a checkpoint in the hub's layout. */

export const MODEL_PARTS = ['embed_tokens', 'vision_encoder', 'decoder_model_merged'] as const;
export type ModelPart = (typeof MODEL_PARTS)[number];

/** Endings of file names (transformers.js, utils/dtypes.js). */
export const SUFFIXES = {
  fp32: '',
  fp16: '_fp16',
  q4: '_q4',
  q4f16: '_q4f16',
  q8: '_quantized',
} as const;
export type Dtype = keyof typeof SUFFIXES;

export type PartDtypes = Record<ModelPart, Dtype>;

/** As our own checkpoints have them. */
export const ALL_Q4: PartDtypes = { embed_tokens: 'q4', vision_encoder: 'q4', decoder_model_merged: 'q4' };

/** Of the decoder's weights as the learner holds them: blocks of 4 bits stay, all else is in 32. */
export function weightBitsOf(decoder: Dtype): 4 | 32 {
  return decoder === 'q4' || decoder === 'q4f16' ? 4 : 32;
}

export function onnxPath(part: ModelPart, dtype: Dtype): string {
  return `onnx/${part}${SUFFIXES[dtype]}.onnx`;
}

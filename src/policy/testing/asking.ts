/** What tests of models share: how they are opened and asked, and how their numbers are compared. */
import type { EncodedImage } from '../../demos/demonstration.ts';
import type { PromptImage, SamplingSettings } from '../policy.ts';

export const FP32 = { embed_tokens: 'fp32', vision_encoder: 'fp32', decoder_model_merged: 'fp32' } as const;

export const GREEDY: SamplingSettings = {
  temperature: 0,
  top_p: 1,
  top_k: 0,
  max_completion_length: 24,
  seed: 0,
};

export function picture(base64: string, mime: EncodedImage['mime']): PromptImage {
  return { bytes: new Uint8Array(Buffer.from(base64, 'base64')), mime };
}

/** The largest difference, number by number. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (x, i) => Math.abs(x - b[i])).reduce((most, x) => Math.max(most, x), 0);
}

/** How many tokens a prompt takes in Qwen2.5-VL at most: EasyR1 silently drops rows over max_prompt_length. */
import type { ImageSize } from './imageSize.ts';

/** Pixels on the side of one image token: patches of 14, merged two by two. */
const TOKEN_SIDE = 28;
/** System message and the turns' marks. */
const CHAT_TEMPLATE = 64;

/** After EasyR1's resize to between min and max pixels and Qwen's rounding to whole tokens. */
export function imageTokens(
  { width, height }: ImageSize,
  minPixels: number | null,
  maxPixels: number | null,
): number {
  const area = width * height;
  let scale = 1;
  if (maxPixels !== null && area > maxPixels) scale = Math.sqrt(maxPixels / area);
  else if (minPixels !== null && area < minPixels) scale = Math.sqrt(minPixels / area);
  const tokens = (side: number) => Math.max(1, Math.round(Math.floor(side * scale) / TOKEN_SIDE));
  return tokens(width) * tokens(height);
}

/** A bound: byte-level BPE never makes more tokens than bytes. */
export function promptTokenBound(prompts: Iterable<string>, mostImageTokens: number): number {
  const encoder = new TextEncoder();
  let longest = 0;
  for (const prompt of prompts) longest = Math.max(longest, encoder.encode(prompt).length);
  return longest + mostImageTokens + CHAT_TEMPLATE;
}

/** From an encoded picture to pixel values as Python's SmolVLMImageProcessor makes them, image splitting off. */
import { RawImage } from '@huggingface/transformers';
import type { PromptImage } from './policy.ts';
import { resample, type RgbImage } from './resample.ts';

/** What preprocessor_config.json decides. */
export interface ImageSettings {
  do_resize?: boolean;
  resample?: number;
  size: { longest_edge: number };
  /** The square the vision tower sees. */
  max_image_size: { longest_edge: number };
  do_rescale?: boolean;
  rescale_factor?: number;
  do_normalize?: boolean;
  image_mean: number[];
  image_std: number[];
}

const GREY = 127;
const LARGEST_SIDE = 4096;

/** @returns channels first, [3, side, side], and the side. */
export async function pixelValues(
  image: PromptImage,
  settings: ImageSettings,
): Promise<{ values: Float32Array; side: number }> {
  const side = settings.max_image_size.longest_edge;
  const square = image === 'blank' ? grey(side) : squared(await decodePicture(image), settings);
  return { values: normalized(square, settings), side };
}

function grey(side: number): RgbImage {
  return { width: side, height: side, data: new Uint8Array(3 * side * side).fill(GREY) };
}

/** @throws Error naming the kind and size of what is no picture. */
export async function decodePicture(image: Exclude<PromptImage, 'blank'>): Promise<RawImage> {
  const blob = new Blob([image.bytes as Uint8Array<ArrayBuffer>], { type: image.mime });
  const raw = await RawImage.fromBlob(blob).catch((cause: unknown) => {
    throw new Error(`cannot decode a ${image.mime} picture of ${image.bytes.length} bytes`, { cause });
  });
  return raw.rgb();
}

/** Scaled so that the longest edge fits `size`, then squeezed into the square. */
function squared(image: RgbImage, settings: ImageSettings): RgbImage {
  const filter = settings.resample ?? 1;
  const side = settings.max_image_size.longest_edge;
  const [width, height] = outputSize(image.width, image.height, settings.size.longest_edge);
  const scaled = (settings.do_resize ?? true) ? resample(image, width, height, filter) : image;
  return resample(scaled, side, side, filter);
}

function outputSize(width: number, height: number, longest: number): [number, number] {
  const aspect = width / height;
  const even = (v: number) => v + (v % 2);
  const [w, h] =
    width >= height
      ? [longest, even(Math.trunc(longest / aspect))]
      : [even(Math.trunc(longest * aspect)), longest];
  const shrink = Math.min(1, LARGEST_SIDE / Math.max(w, h));
  return [Math.max(1, Math.trunc(w * shrink)), Math.max(1, Math.trunc(h * shrink))];
}

function normalized(image: RgbImage, settings: ImageSettings): Float32Array {
  const area = image.width * image.height;
  const factor = (settings.do_rescale ?? true) ? (settings.rescale_factor ?? 1 / 255) : 1;
  const shift = (settings.do_normalize ?? true) ? settings.image_mean : [0, 0, 0];
  const spread = (settings.do_normalize ?? true) ? settings.image_std : [1, 1, 1];
  const values = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++)
      values[c * area + i] = (image.data[3 * i + c] * factor - shift[c]) / spread[c];
  }
  return values;
}

/** Pixels of a picture by the browser's own decoders. */
import { BundleError } from './bundleError.ts';
import type { EncodedImage } from './demonstration.ts';
import type { RgbPixels } from './pictureStats.ts';
import { decodePng } from './png.ts';

let pen: OffscreenCanvasRenderingContext2D | null = null;

/**
 * Red, green and blue as they are stored: colour profiles are not applied, transparency is left out.
 * @param what names the picture in errors
 * @throws BundleError when it cannot be decoded
 */
export async function decodeOnCanvas(what: string, { bytes, mime }: EncodedImage): Promise<RgbPixels> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch(() => {
    throw new BundleError(what, `is a ${mime} of ${bytes.length} bytes that cannot be decoded: replace it`);
  });
  const { width, height } = bitmap;
  // In memory, not on the GPU: every picture is read back.
  pen ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  Object.assign(pen.canvas, { width, height });
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = pen.getImageData(0, 0, width, height);
  return isOpaque(data) ? { width, height, data: withoutAlpha(data) } : translucent(what, bytes, mime);
}

/** A canvas multiplies colours by their alpha, so these are read without one. */
async function translucent(what: string, bytes: Uint8Array, mime: string): Promise<RgbPixels> {
  if (mime !== 'image/png')
    throw new BundleError(what, `is a transparent ${mime}: store frames without transparency, or as PNG`);
  const { width, height, values } = await decodePng(what, bytes);
  return { width, height, data: withoutAlpha(values) };
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

function withoutAlpha(rgba: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3)
    for (let c = 0; c < 3; c++) rgb[to + c] = rgba[from + c];
  return rgb;
}

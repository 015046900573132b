import type { EncodedImage } from '../demos/demonstration.ts';
import type { RgbPixels } from '../demos/pictureStats.ts';

/** @throws Error naming the picture's type and size when it is none. */
export async function decodePicture({ bytes, mime }: EncodedImage): Promise<RgbPixels> {
  const { RawImage } = await import('@huggingface/transformers');
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
  const image = await RawImage.fromBlob(blob).catch((cause: unknown) => {
    throw new Error(`cannot decode a ${mime} picture of ${bytes.length} bytes`, { cause });
  });
  return image.rgb();
}

import type { EncodedImage } from '../demos/demonstration.ts';
import type { RgbPixels } from '../demos/pictureStats.ts';

/** @throws Error naming the picture by `what`, its type and size when it is none. */
export async function decodePicture(what: string, { bytes, mime }: EncodedImage): Promise<RgbPixels> {
  const { RawImage } = await import('@huggingface/transformers');
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime });
  const image = await RawImage.fromBlob(blob).catch((cause: unknown) => {
    throw new Error(`${what} is a ${mime} of ${bytes.length} bytes that cannot be decoded: replace it`, {
      cause,
    });
  });
  return image.rgb();
}

import type { EncodedImage } from '../demos/demonstration.ts';

export interface ImageSize {
  width: number;
  height: number;
}

/** Width and height from the file's header. @throws Error when the bytes are not what `mime` says. */
export function imageSize({ bytes, mime }: EncodedImage): ImageSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = READERS[mime](view);
    if (size && size.width > 0 && size.height > 0) return size;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new Error(`${bytes.length} bytes given as ${mime} hold no such picture`);
}

const READERS: Record<EncodedImage['mime'], (view: DataView) => ImageSize | null> = {
  'image/png': (view) =>
    view.getUint32(0) === 0x89504e47 ? { width: view.getUint32(16), height: view.getUint32(20) } : null,

  'image/jpeg': (view) => {
    if (view.getUint16(0) !== 0xffd8) return null;
    for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
      const marker = view.getUint8(at + 1);
      const tables = [0xc4, 0xc8, 0xcc].includes(marker);
      if (marker >= 0xc0 && marker <= 0xcf && !tables)
        return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    return null;
  },

  'image/webp': (view) => {
    if (view.getUint32(8) !== 0x57454250) return null;
    const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    switch (view.getUint32(12)) {
      case 0x56503858: // VP8X
        return { width: uint24(24) + 1, height: uint24(27) + 1 };
      case 0x5650384c: {
        // VP8L
        const bits = view.getUint32(21, true);
        return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
      }
      case 0x56503820: // VP8
        return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
      default:
        return null;
    }
  },
};

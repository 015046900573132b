/** PNG without a canvas: 8-bit pictures of 1, 3 or 4 channels, not interlaced. */
import { BundleError } from './bundleError.ts';
import { crc32 } from './crc32.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER_BYTES = 33;
/** By colour type. */
const CHANNELS: Record<number, number | undefined> = { 0: 1, 2: 3, 6: 4 };
const MOST_PIXELS = 2 ** 24;

export interface Pixels {
  width: number;
  height: number;
  channels: number;
  /** Row-major, channels together. */
  values: Uint8Array;
}

export async function encodePng({ width, height, channels, values }: Pixels): Promise<Uint8Array> {
  const row = width * channels;
  const filtered = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++) filtered.set(values.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const type = Object.keys(CHANNELS).find((key) => CHANNELS[Number(key)] === channels);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, Number(type)], 8);
  const data = await through(new CompressionStream('deflate'), filtered, Infinity);
  const parts = [pngChunk('IHDR', header), pngChunk('IDAT', data), pngChunk('IEND', new Uint8Array())];
  return concatenated([new Uint8Array(SIGNATURE), ...parts]);
}

/** @throws BundleError naming the file when it is no such PNG, or damaged */
export async function decodePng(file: string, png: Uint8Array): Promise<Pixels> {
  const refuse = (what: string) => new BundleError(file, `${what}: export the picture anew`);
  if (png.length < HEADER_BYTES || SIGNATURE.some((byte, i) => png[i] !== byte)) throw refuse('is no PNG');
  const parts = chunksOf(file, png).flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []));
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, type, , , interlaced] = png.subarray(24, 29);
  const channels = CHANNELS[type];
  if (!channels || depth !== 8 || interlaced) throw refuse('is no plain 8-bit PNG of grey or colour');
  if (!(width * height > 0 && width * height <= MOST_PIXELS)) throw refuse(`is ${width} x ${height} large`);
  const row = width * channels;
  const size = height * (row + 1);
  let filtered: Uint8Array;
  try {
    filtered = await through(new DecompressionStream('deflate'), concatenated(parts), size);
  } catch {
    throw refuse('cannot be unpacked, it seems damaged');
  }
  if (filtered.length !== size) throw refuse('holds more or fewer pixels than it says');
  const values = new Uint8Array(height * row);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (row + 1)];
    if (filter > 4) throw refuse(`has filter ${filter} in row ${y}`);
    for (let x = 0; x < row; x++) {
      const at = y * row + x;
      const left = x >= channels ? values[at - channels] : 0;
      const up = y ? values[at - row] : 0;
      const corner = y && x >= channels ? values[at - row - channels] : 0;
      values[at] = filtered[y * (row + 1) + 1 + x] + predicted(filter, left, up, corner);
    }
  }
  return { width, height, channels, values };
}

/**
 * The chunks up to IEND, the checksum of each verified.
 * @throws BundleError naming the file when one is damaged, or IEND is missing
 */
export function chunksOf(file: string, png: Uint8Array): { type: string; data: Uint8Array }[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: { type: string; data: Uint8Array }[] = [];
  for (let at = SIGNATURE.length; at + 12 <= png.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > png.length) break;
    const type = name(png, at + 4);
    if (crc32(png.subarray(at + 4, end - 4)) !== view.getUint32(end - 4))
      throw new BundleError(
        file,
        `has a wrong checksum at byte ${at}, it is damaged: export the picture anew`,
      );
    chunks.push({ type, data: png.subarray(at + 8, end - 4) });
    if (type === 'IEND') return chunks;
    at = end;
  }
  throw new BundleError(file, 'is cut short: export the picture anew');
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** @throws Error when it would give more than `most` bytes, or the data is damaged */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
  most: number,
): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  let length = 0;
  const whole = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { done, value } = await whole.read();
    if (done) return concatenated(out);
    length += value.length;
    if (length > most) {
      await whole.cancel();
      throw new Error('too large');
    }
    out.push(value);
  }
}

function concatenated(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A chunk with its length and checksum. @param type four letters */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  );
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32(out.subarray(4, data.length + 8)));
  return out;
}

const name = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));

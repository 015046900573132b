/** The bytes of one file in a zip, found by its local header, their size and checksum verified. */
import { BundleError } from './bundleError.ts';
import { crc32 } from './crc32.ts';
import { asBundleError, type ZipEntries, type ZipEntry } from './zipEntries.ts';

export const STORED = 0;
const DEFLATED = 8;
/** zip.js unpacks it, slowly found: Windows packs files of more than 2 GB so. */
const DEFLATED64 = 9;

/** Others by name, for errors. */
const METHODS: Record<number, string> = { 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'XZ' };

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
/** What both headers must say alike: encryption, a data descriptor, names in UTF-8. */
const FLAGS = 0x1 | 0x8 | 0x40 | 0x800;
const DATA_DESCRIPTOR = 0x8;
const ZIP64_FIELD = 1;
const IN_ZIP64 = 0xffffffff;
const PIECE_BYTES = 4 * 2 ** 20;
/** Deflate, no name, no time. */
const GZIP_HEADER = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Gives the bytes in order, in pieces that are only valid during the call.
 * @throws BundleError when they are damaged, or more or fewer than the zip declares; AbortError
 */
export async function unpack(
  file: Blob,
  entries: ZipEntries,
  path: string,
  take: (piece: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  const entry = entries.get(path)!;
  let left = entry.size;
  const counted = (piece: Uint8Array) => {
    left -= piece.length;
    if (left < 0) throw new BundleError(path, 'unpacks to more than it declares: zip it anew');
    take(piece);
  };
  try {
    if (entry.method === DEFLATED64) await byZipJs(await entries.found(path), counted, signal);
    else {
      const start = await dataStart(file, entry, entries.end);
      const data = file.slice(start, start + entry.packedSize);
      if (entry.method === STORED) await copied(data, entry, counted, signal);
      else if (entry.method === DEFLATED) await inflated(data, entry, counted, signal);
      else if (entry.method in METHODS)
        throw new BundleError(
          path,
          `is packed by ${METHODS[entry.method]}, which is not read here: zip it anew by deflate, or without compression`,
        );
      else throw new Error(`method ${entry.method} is neither deflate nor stored`);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw asBundleError(error, path, 'cannot be unpacked, it seems damaged');
  }
  if (left) throw new BundleError(path, 'unpacks to less than it declares: zip it anew');
}

/** @throws Error when the local header is none, or says other than the zip's list */
export async function dataStart(file: Blob, entry: ZipEntry, end: number): Promise<number> {
  const header = new DataView(
    await file.slice(entry.offset, entry.offset + LOCAL_HEADER_BYTES).arrayBuffer(),
  );
  if (header.byteLength < LOCAL_HEADER_BYTES || header.getUint32(0, true) !== LOCAL_HEADER)
    throw new Error('it has no local header');
  const [nameLength, extraLength] = [header.getUint16(26, true), header.getUint16(28, true)];
  const extraStart = entry.offset + LOCAL_HEADER_BYTES + nameLength;
  const start = extraStart + extraLength;
  if (start + entry.packedSize > Math.min(end, file.size)) throw new Error('it ends beyond the zip');
  const flags = header.getUint16(6, true);
  if ((flags & FLAGS) !== (entry.flags & FLAGS) || header.getUint16(8, true) !== entry.method)
    throw new Error('its local header says otherwise than the list');
  if (flags & DATA_DESCRIPTOR) return start;
  const crc = header.getUint32(14, true);
  let [packedSize, size] = [header.getUint32(18, true), header.getUint32(22, true)];
  if (packedSize === IN_ZIP64 || size === IN_ZIP64) {
    const extra = new DataView(await file.slice(extraStart, start).arrayBuffer());
    [packedSize, size] = zip64Sizes(extra, packedSize, size);
  }
  const says = crc || packedSize || size;
  if (says && (crc !== entry.crc32 || packedSize !== entry.packedSize || size !== entry.size))
    throw new Error('its local header says otherwise than the list');
  return start;
}

function zip64Sizes(extra: DataView, packedSize: number, size: number): [packed: number, size: number] {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== ZIP64_FIELD) continue;
    let next = at + 4;
    const wide = (given: number) => {
      if (given !== IN_ZIP64 || next + 8 > extra.byteLength) return given;
      next += 8;
      return Number(extra.getBigUint64(next - 8, true));
    };
    const whole = wide(size);
    return [wide(packedSize), whole];
  }
  return [packedSize, size];
}

async function copied(
  data: Blob,
  entry: ZipEntry,
  take: (piece: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  let crc = 0;
  for (let at = 0; at < data.size; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    const piece = new Uint8Array(await data.slice(at, Math.min(at + PIECE_BYTES, data.size)).arrayBuffer());
    crc = crc32(piece, crc);
    take(piece);
  }
  if (crc !== entry.crc32) throw new Error('its checksum is another');
}

/** As the body of a gzip file, whose end has checksum and size too: the platform unpacks and verifies it. */
async function inflated(
  data: Blob,
  entry: ZipEntry,
  take: (piece: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, entry.crc32, true);
  trailer.setUint32(4, entry.size % 2 ** 32, true);
  const wrapped = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(GZIP_HEADER),
    flush: (controller) => controller.enqueue(new Uint8Array(trailer.buffer)),
  });
  const pieces = data
    .stream()
    .pipeThrough(wrapped, { signal })
    .pipeThrough(new DecompressionStream('gzip'))
    .getReader();
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return;
    try {
      take(value);
    } catch (error) {
      await pieces.cancel(error).catch(() => undefined);
      throw error;
    }
  }
}

async function byZipJs(
  entry: Awaited<ReturnType<ZipEntries['found']>>,
  take: (piece: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  await entry.getData(new WritableStream<Uint8Array>({ write: take }), { checkCrc32: true, signal });
}

/** Parquet's optional checksum of each page: of its bytes as they are stored, the page's header left out. */
import type { ColumnMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { bytesWithin } from './bytesWithin.ts';
import { crc32 } from './crc32.ts';

/** Statistics make a header long, never as long as this. */
const HEADER_BYTES = 64 * 2 ** 10;
const PIECE_BYTES = 4 * 2 ** 20;

/**
 * Reads all pages of a column of a row group, and refuses what their checksums do. Most writers give none: then only
 * the headers are read.
 * @throws Error when a page differs from its checksum or ends beyond its column; what reading a bad header throws
 */
export async function checkPages(blob: Blob, column: ColumnMetaData): Promise<void> {
  const offsets = [column.data_page_offset, column.dictionary_page_offset ?? 0n].map(Number);
  let at = Math.min(...offsets.filter((offset) => offset > 0));
  const end = at + Number(column.total_compressed_size);
  while (at < end) {
    const bytes = await bytesWithin(blob, at, Math.min(at + HEADER_BYTES, end));
    const reader = { view: new DataView(bytes), offset: 0 };
    const { crc, compressed_page_size: size } = parquetHeader(reader);
    at += reader.offset;
    if (!(size >= 0 && at + size <= end)) throw new Error('a page ends beyond its column');
    if (crc !== undefined && (await checksum(blob, at, at + size)) !== crc >>> 0)
      throw new Error('a page differs from its checksum, it is damaged');
    at += size;
  }
}

async function checksum(blob: Blob, start: number, end: number): Promise<number> {
  let crc = 0;
  for (let at = start; at < end; at += PIECE_BYTES)
    crc = crc32(new Uint8Array(await bytesWithin(blob, at, Math.min(at + PIECE_BYTES, end))), crc);
  return crc;
}

/**
 * One column of one row group, read page by page: of its bytes no more is in memory than a page. Where pages have
 * checksums (of their bytes as they are stored, headers left out) these are verified.
 */
import type { PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { bytesWithin } from './bytesWithin.ts';
import { crc32 } from './crc32.ts';

export interface ColumnPlace {
  /** In the file, in bytes. */
  start: number;
  end: number;
}

/** @param row of the group that begins in the page, or after what of it goes on from the page before */
export type TakePage = (header: PageHeader, bytes: Uint8Array<ArrayBuffer>, row: number) => number;

interface Page {
  header: PageHeader;
  /** Where its bytes begin in the file. */
  at: number;
  /** How many begin in it; null until it was read, where only its values tell. */
  rows: number | null;
}

/** Statistics make a header long, never as long as this. */
const HEADER_BYTES = 64 * 2 ** 10;
const AHEAD_BYTES = 2 ** 20;
const MOST_PAGES = 100_000;
const MOST_PAGE_BYTES = 160 * 2 ** 20;
/** Each takes a few numbers while its page is read. */
const MOST_VALUES = 2 ** 24;

export class ParquetColumn {
  private readonly pages: Page[] = [];
  private next: number;
  private ahead: { at: number; bytes: Uint8Array<ArrayBuffer> } | null = null;
  /** Reads follow each other: they share what is known of the pages. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly blob: Blob,
    private readonly place: ColumnPlace,
    /** Whether a row may hold several values. */
    private readonly repeated: boolean,
  ) {
    this.next = place.start;
  }

  /**
   * Hands over the pages that hold rows [start, end) of the group, in order, dictionaries too.
   * @param take of a page of rows, returns how many rows begin in it
   * @throws Error when a page differs from its checksum, or ends beyond its column
   */
  read(start: number, end: number, take: TakePage): Promise<void> {
    const reading = this.last.then(() => this.readAlone(start, end, take));
    this.last = reading.catch(() => undefined);
    return reading;
  }

  private async readAlone(start: number, end: number, take: TakePage): Promise<void> {
    let row = 0;
    for (let i = 0; ; i++) {
      const page = await this.page(i);
      if (!page) break;
      if (page.header.type === 'DICTIONARY_PAGE') {
        take(page.header, await this.bytesOf(page), row);
        continue;
      }
      // A row that began in the page before may go on in this one.
      if (this.repeated ? row > end : row >= end) break;
      if (page.rows === null || row + page.rows > start) {
        const rows = take(page.header, await this.bytesOf(page), row);
        if (page.rows !== null && page.rows !== rows)
          throw new Error('a page has more or fewer rows than it says');
        page.rows = rows;
      }
      row += page.rows ?? 0;
    }
    this.ahead = null;
  }

  private async page(i: number): Promise<Page | null> {
    if (i < this.pages.length) return this.pages[i];
    if (this.next >= this.place.end) return null;
    if (i >= MOST_PAGES) throw new Error(`a column has more than ${MOST_PAGES} pages`);
    const bytes = await this.bytes(this.next, Math.min(this.next + HEADER_BYTES, this.place.end));
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
    const header = parquetHeader(reader);
    const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: words } = header;
    const at = this.next + reader.offset;
    const { compressed_page_size: size } = header;
    if (!(size >= 0 && at + size <= this.place.end)) throw new Error('a page ends beyond its column');
    if (!(size <= MOST_PAGE_BYTES)) throw new Error(`a page of ${size} bytes is too large`);
    const values = (first ?? second ?? words)?.num_values ?? 0;
    if (!(values >= 0 && values <= MOST_VALUES)) throw new Error(`a page of ${values} values is too large`);
    delete first?.statistics;
    delete second?.statistics;
    this.next = at + size;
    const rows = second?.num_rows ?? (this.repeated ? null : values);
    this.pages.push({ header, at, rows });
    return this.pages[i];
  }

  private async bytesOf({ header, at }: Page): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await this.bytes(at, at + header.compressed_page_size);
    if (header.crc !== undefined && crc32(bytes) !== header.crc >>> 0)
      throw new Error('a page differs from its checksum, it is damaged');
    return bytes;
  }

  private async bytes(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.ahead || from < this.ahead.at || to > this.ahead.at + this.ahead.bytes.length) {
      const until = Math.min(Math.max(to, from + AHEAD_BYTES), this.place.end);
      this.ahead = { at: from, bytes: new Uint8Array(await bytesWithin(this.blob, from, until)) };
    }
    const { at, bytes } = this.ahead;
    const part = bytes.subarray(from - at, to - at);
    // A large page is not kept for the next one's sake.
    if (bytes.length > 2 * AHEAD_BYTES) this.ahead = null;
    return part;
  }
}

/** What the pages of a parquet column hold: numbers in one array, or values of any kind. */
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { readPage } from 'hyparquet/src/column.js';
import { DEFAULT_PARSERS, convert, convertWithDictionary } from 'hyparquet/src/convert.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { snappyUncompress } from 'hyparquet';
import { ParquetColumn } from './parquetColumn.ts';

/** What is kept of a column in a row group. */
export type ColumnPart = Pick<ColumnMetaData, 'type' | 'codec' | 'path_in_schema'> & {
  start: number;
  end: number;
};

/** Row-major. */
export type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Thrown at a row that has not as many numbers as are due. */
export class WidthError extends Error {
  constructor(
    readonly row: number,
    readonly width: number,
  ) {
    super(`row ${row} has ${width} numbers`);
  }
}

const MOST_PAGE_BYTES = 160 * 2 ** 20;

export class ParquetValues {
  private readonly column: ParquetColumn;
  private readonly decoder: Parameters<typeof readPage>[2];
  private readonly repeats: number;

  /** @param path of the schema from its root to this column */
  constructor(blob: Blob, part: ColumnPart, path: SchemaTree[]) {
    this.repeats = getMaxRepetitionLevel(path);
    this.column = new ParquetColumn(blob, part, this.repeats > 0);
    this.decoder = {
      type: part.type,
      codec: part.codec,
      pathInSchema: part.path_in_schema,
      element: path[path.length - 1].element,
      schemaPath: path,
      parsers: DEFAULT_PARSERS,
      compressors: { SNAPPY: unsnap },
      utf8: false,
    };
  }

  /** The array that numbers of this column go into. */
  array(length: number): Numbers {
    return this.decoder.type === 'FLOAT' ? new Float32Array(length) : new Float64Array(length);
  }

  /** Rows [start, end) of the group, their levels of nesting as hyparquet leaves them to be assembled. */
  async values(start: number, end: number): Promise<unknown[]> {
    const out: unknown[] = [];
    let words: DecodedArray | undefined;
    // The last row of a page of lists may go on in the next one.
    let open: DecodedArray | undefined;
    let openRow = 0;
    const keep = (rows: DecodedArray, first: number) => {
      for (let i = Math.max(0, start - first); i < Math.min(rows.length, end - first); i++) out.push(rows[i]);
    };
    await this.column.read(this.repeats ? 0 : start, end, (header, bytes, row) => {
      if (header.type === 'DICTIONARY_PAGE') {
        words = this.dictionary(header, bytes);
        return 0;
      }
      const { data } = readPage(readerOf(bytes), header, this.decoder, words, open, 0);
      const rows = data ?? [];
      const begun = rows.length - (open ? 1 : 0);
      keep(this.repeats ? rows.slice(0, -1) : rows, row + begun - rows.length);
      if (this.repeats) open = rows.slice(-1);
      openRow = row + begun - 1;
      return begun;
    });
    if (open) keep(open, openRow);
    return out;
  }

  /** Copies of the byte strings of rows [start, end) of the group; null where there is none. */
  async bytes(start: number, end: number): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
    if (this.repeats) throw new Error('it holds lists, not pictures');
    const present = getMaxDefinitionLevel(this.decoder.schemaPath);
    const out: (Uint8Array<ArrayBuffer> | null)[] = [];
    let words: DecodedArray | undefined;
    await this.column.read(start, end, (header, stored, row) => {
      if (header.type === 'DICTIONARY_PAGE') {
        words = this.dictionary(header, stored);
        return 0;
      }
      const { definitionLevels: levels, values } = this.page(header, stored, words);
      const count = levels?.length || values.length;
      const own: (Uint8Array | null)[] = [];
      for (let i = 0, taken = 0; i < count; i++) {
        const value: unknown = levels?.length && levels[i] !== present ? null : values[taken++];
        if (row + i >= start && row + i < end) own.push(value instanceof Uint8Array ? value : null);
      }
      for (const copy of copied(own)) out.push(copy);
      return count;
    });
    return out;
  }

  /**
   * The numbers of rows [start, end) of the group, into `out` from its beginning on; a null is NaN.
   * @throws WidthError at a row that has not `width` of them; Error when the column holds no numbers, or too few rows
   */
  async numbers(start: number, end: number, width: number, out: Numbers): Promise<void> {
    const { schemaPath, element, type } = this.decoder;
    if (type === 'BYTE_ARRAY' || this.repeats > 1) throw new Error('it holds no numbers');
    const present = getMaxDefinitionLevel(schemaPath);
    /** From this level on there is an element, if only a null. */
    const there = this.repeats ? present - (element.repetition_type === 'OPTIONAL' ? 1 : 0) : 0;
    let words: DecodedArray | undefined;
    let current = -1;
    let found = width;
    const finish = () => {
      if (current >= start && current < end && found !== width) throw new WidthError(current, found);
    };
    await this.column.read(start, end, (header, bytes, row) => {
      if (header.type === 'DICTIONARY_PAGE') {
        words = this.dictionary(header, bytes);
        return 0;
      }
      const { definitionLevels: levels, repetitionLevels: repeats, values } = this.page(header, bytes, words);
      const count = repeats.length || levels?.length || values.length;
      let next = row;
      for (let i = 0, taken = 0; i < count; i++) {
        if (!repeats[i]) {
          finish();
          current = next++;
          found = 0;
        }
        const level = levels?.length ? levels[i] : present;
        const value = level === present ? Number(values[taken++]) : NaN;
        if (level < there) continue;
        if (current >= start && current < end && found < width)
          out[(current - start) * width + found] = value;
        found++;
      }
      return next - row;
    });
    finish();
    if (current < end - 1) throw new Error(`it has ${current + 1} rows where ${end} are due`);
  }

  private dictionary(header: PageHeader, bytes: Uint8Array): DecodedArray | undefined {
    const { data } = readPage(readerOf(bytes), header, this.decoder, undefined, undefined, 0);
    return data && convert(data, this.decoder);
  }

  private page(header: PageHeader, bytes: Uint8Array, words: DecodedArray | undefined) {
    const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size } = header;
    const { codec, compressors } = this.decoder;
    if (!first && !second) throw new Error(`a page of type ${header.type} is not known`);
    const page = first
      ? readDataPage(decompressPage(bytes, uncompressed_page_size, codec, compressors), first, this.decoder)
      : readDataPageV2(bytes, header, this.decoder);
    const values = convertWithDictionary(page.dataPage, words, (first ?? second!).encoding, this.decoder);
    return { ...page, values };
  }
}

/** In one buffer: small ones would each take more than their bytes. */
function copied(pieces: (Uint8Array | null)[]): (Uint8Array<ArrayBuffer> | null)[] {
  const packed = new Uint8Array(pieces.reduce((sum, piece) => sum + (piece?.length ?? 0), 0));
  let at = 0;
  return pieces.map((piece) => {
    if (!piece) return null;
    packed.set(piece, at);
    at += piece.length;
    return packed.subarray(at - piece.length, at);
  });
}

const readerOf = (bytes: Uint8Array) => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  offset: 0,
});

function unsnap(input: Uint8Array, length: number): Uint8Array {
  if (!(length <= MOST_PAGE_BYTES)) throw new Error(`a page of ${length} bytes is too large`);
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}

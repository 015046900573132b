/** A parquet file read by columns and rows, without taking the rest into memory. */
import { parquetMetadataAsync, parquetSchema, type FileMetaData, type SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import { BundleError } from './bundleError.ts';
import { bytesWithin } from './bytesWithin.ts';
import { megabytes } from './fileTree.ts';
import { ParquetValues, WidthError, type ColumnPart, type Numbers } from './parquetValues.ts';

const MOST_ROWS = 5_000_000;
/** Of what the file says of itself. */
const MOST_METADATA_BYTES = 32 * 2 ** 20;
const END_BYTES = 8;

interface RowGroup {
  start: number;
  end: number;
  columns: (ColumnPart & { values: ParquetValues | null })[];
}

export class ParquetSource {
  private constructor(
    readonly path: string,
    private readonly blob: Blob,
    private readonly schema: SchemaTree,
    private readonly groups: RowGroup[],
    readonly rows: number,
    /** Names of the top-level columns. */
    readonly columns: Set<string>,
  ) {}

  /** @throws BundleError when it is no parquet file, or its codec or size is not supported */
  static async open(blob: Blob, path: string): Promise<ParquetSource> {
    return guarded(path, async () => {
      await checkMetadataLength(blob, path);
      const metadata = await parquetMetadataAsync(bufferOf(blob));
      const groups = rowGroups(metadata, path);
      const rows = groups.at(-1)?.end ?? 0;
      if (!(rows <= MOST_ROWS))
        throw new BundleError(path, `holds more than ${MOST_ROWS} rows: split the dataset`);
      const schema = parquetSchema(metadata);
      const columns = schema.children.map((child) => child.element.name);
      return new ParquetSource(path, blob, schema, groups, rows, new Set(columns));
    });
  }

  /**
   * Columns by name over rows [start, end); all rows without them. Integers of 64 bits come as bigints. Where pages
   * have checksums these are verified.
   * @throws BundleError when a column is missing or damaged
   */
  async read(columns: string[], start = 0, end = this.rows): Promise<Record<string, unknown[]>> {
    const table: Record<string, unknown[]> = {};
    for (const column of columns) {
      this.known(column);
      const found: unknown[] = [];
      await guarded(this.path, async () => {
        for (const group of this.within(start, end))
          for (const value of await this.assembled(group, column, start, end)) found.push(value);
      });
      if (found.length !== end - start)
        throw new BundleError(
          this.path,
          `has ${found.length} rows of ${column} where ${end - start} are due`,
        );
      table[column] = found;
    }
    return table;
  }

  /**
   * A column of numbers, or of lists of `width` numbers, row-major over rows [start, end); booleans are 0 and 1, a
   * null is NaN.
   * @throws BundleError when it is missing or damaged, holds other things, or a row has another width
   */
  async numbers(column: string, width = 1, start = 0, end = this.rows): Promise<Numbers> {
    this.known(column);
    return guarded(this.path, async () => {
      let out: Numbers = new Float64Array(0);
      for (const group of this.within(start, end)) {
        const values = this.leaves(group, column).map(({ values }) => values);
        if (values.length !== 1) throw new Error(`${column} holds no numbers`);
        const [from, to] = [Math.max(start, group.start), Math.min(end, group.end)];
        if (!out.length) out = values[0].array((end - start) * width);
        const part = out.subarray((from - start) * width, (to - start) * width);
        try {
          await values[0].numbers(from - group.start, to - group.start, width, part);
        } catch (error) {
          if (!(error instanceof WidthError)) throw error;
          throw new BundleError(
            this.path,
            `row ${group.start + error.row} has ${error.width} numbers in ${column}, not ${width}: export the dataset anew`,
          );
        }
      }
      return out;
    });
  }

  /**
   * Pictures over rows [start, end), of a column that holds them or struct{bytes, path}; null where there is none.
   * @throws BundleError when the column is missing or damaged
   */
  async pictures(column: string, start: number, end: number): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
    this.known(column);
    return guarded(this.path, async () => {
      const found: (Uint8Array<ArrayBuffer> | null)[] = [];
      for (const group of this.within(start, end)) {
        const leaf = this.leaves(group, column).find(
          ({ path }) => path === column || path === `${column}.bytes`,
        );
        if (!leaf) throw new Error(`${column} holds no pictures`);
        const [from, to] = [Math.max(start, group.start), Math.min(end, group.end)];
        const part = await leaf.values.bytes(from - group.start, to - group.start);
        if (part.length !== to - from)
          throw new Error(`${column} has ${part.length} rows where ${to - from} are due`);
        for (const picture of part) found.push(picture);
      }
      return found;
    });
  }

  /** The row group of a row, and the stored bytes of a column in it. */
  groupOf(row: number, column: string): { start: number; end: number; bytes: number } {
    const group = this.groups.find(({ end }) => row < end);
    if (!group) throw new BundleError(this.path, `has no row ${row}: it ends at ${this.rows}`);
    const parts = group.columns.filter(({ path_in_schema: [name] }) => name === column);
    const bytes = parts.reduce((sum, { start, end }) => sum + end - start, 0);
    return { start: group.start, end: group.end, bytes };
  }

  private known(column: string): void {
    if (!this.columns.has(column))
      throw new BundleError(this.path, `has no column ${column}, only ${[...this.columns].join(', ')}`);
  }

  private within(start: number, end: number): RowGroup[] {
    return this.groups.filter((group) => group.end > start && group.start < end);
  }

  /** The columns of which a top-level one is made, in the file's order. */
  private leaves(group: RowGroup, column: string): { path: string; values: ParquetValues }[] {
    return group.columns
      .filter(({ path_in_schema: [name] }) => name === column)
      .map((part) => {
        part.values ??= new ParquetValues(this.blob, part, getTreePath(this.schema, part.path_in_schema));
        return { path: part.path_in_schema.join('.'), values: part.values };
      });
  }

  private async assembled(group: RowGroup, column: string, start: number, end: number): Promise<unknown[]> {
    const [from, to] = [Math.max(start, group.start), Math.min(end, group.end)].map(
      (row) => row - group.start,
    );
    const parts = new Map<string, unknown[]>();
    for (const { path, values } of this.leaves(group, column)) parts.set(path, await values.values(from, to));
    const top = this.schema.children.find((child) => child.element.name === column)!;
    if (top.children.length) assembleNested(parts, top, DEFAULT_PARSERS);
    return parts.get(column) ?? [];
  }
}

/** Of all that the file says of its row groups, which may be many, what is needed to find their pages. */
function rowGroups(metadata: FileMetaData, path: string): RowGroup[] {
  let start = 0;
  return metadata.row_groups.map(({ num_rows, columns }) => {
    const group: RowGroup = { start, end: (start += Number(num_rows)), columns: [] };
    for (const { meta_data: column } of columns) {
      const codec = column?.codec;
      if (!column || (codec !== 'SNAPPY' && codec !== 'UNCOMPRESSED'))
        throw new BundleError(
          path,
          `is compressed by ${codec ?? 'an unknown codec'}: write it with snappy, as LeRobot does`,
        );
      const { type, path_in_schema, data_page_offset, dictionary_page_offset, total_compressed_size } =
        column;
      const offsets = [data_page_offset, dictionary_page_offset ?? 0n].map(Number);
      const from = Math.min(...offsets.filter((offset) => !(offset <= 0)));
      const to = from + Number(total_compressed_size);
      group.columns.push({ type, codec, path_in_schema, start: from, end: to, values: null });
    }
    return group;
  });
}

async function checkMetadataLength(blob: Blob, path: string): Promise<void> {
  if (blob.size < END_BYTES) return;
  const length = new DataView(await blob.slice(blob.size - END_BYTES).arrayBuffer()).getUint32(0, true);
  if (length > MOST_METADATA_BYTES && length < blob.size)
    throw new BundleError(
      path,
      `says ${megabytes(length)} of itself, more than ${megabytes(MOST_METADATA_BYTES)}: write larger row groups`,
    );
}

const bufferOf = (blob: Blob) => ({
  byteLength: blob.size,
  slice: (start: number, end = blob.size) => bytesWithin(blob, start, end),
});

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BundleError) throw error;
    // Where the reader stumbles over a structure that is not there, its own words would help nobody.
    const stumbled = error instanceof TypeError || error instanceof RangeError;
    const detail = stumbled || !(error instanceof Error) ? 'its structure is damaged' : error.message;
    throw new BundleError(path, `is no parquet file that can be read (${detail}): export it anew`);
  }
}

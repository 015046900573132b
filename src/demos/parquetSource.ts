/** A parquet file read by columns and rows, without taking the rest into memory. */
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  snappyUncompress,
  type FileMetaData,
} from 'hyparquet';
import { BundleError } from './bundleError.ts';
import { bytesWithin } from './bytesWithin.ts';
import { checkPages } from './pageChecksums.ts';

const MOST_ROWS = 5_000_000;
const MOST_PAGE_BYTES = 256 * 2 ** 20;

export class ParquetSource {
  /** Of columns in row groups, by "<group>/<column>". */
  private readonly checks = new Map<string, Promise<void>>();

  private constructor(
    readonly path: string,
    private readonly blob: Blob,
    private readonly metadata: FileMetaData,
    /** Names of the top-level columns. */
    readonly columns: Set<string>,
    readonly rows: number,
  ) {}

  /** @throws BundleError when it is no parquet file, or its codec or size is not supported */
  static async open(blob: Blob, path: string): Promise<ParquetSource> {
    return guarded(path, async () => {
      const metadata = await parquetMetadataAsync(bufferOf(blob));
      const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
      if (!(rows <= MOST_ROWS))
        throw new BundleError(path, `holds more than ${MOST_ROWS} rows: split the dataset`);
      for (const { codec } of metadata.row_groups.flatMap((group) =>
        group.columns.map((c) => c.meta_data ?? { codec: '' }),
      ))
        if (codec !== 'SNAPPY' && codec !== 'UNCOMPRESSED')
          throw new BundleError(
            path,
            `is compressed by ${codec ?? 'an unknown codec'}: write it with snappy, as LeRobot does`,
          );
      const columns = parquetSchema(metadata).children.map((child) => child.element.name);
      return new ParquetSource(path, blob, metadata, new Set(columns), rows);
    });
  }

  /**
   * Columns by name over rows [start, end); all rows without them. Integers of 64 bits come as bigints. Where pages
   * have checksums these are verified, of a column in a row group once.
   * @throws BundleError when a column is missing or damaged
   */
  async read(columns: string[], start = 0, end = this.rows): Promise<Record<string, unknown[]>> {
    const missing = columns.find((column) => !this.columns.has(column));
    if (missing)
      throw new BundleError(this.path, `has no column ${missing}, only ${[...this.columns].join(', ')}`);
    const rows = await guarded(this.path, async () => {
      await this.check(columns, start, end);
      return parquetReadObjects({
        file: bufferOf(this.blob),
        metadata: this.metadata,
        columns,
        rowStart: start,
        rowEnd: end,
        utf8: false,
        useOffsetIndex: true,
        compressors: { SNAPPY: unsnap },
      });
    });
    if (rows.length !== end - start)
      throw new BundleError(
        this.path,
        `has ${rows.length} rows of ${columns.join(', ')} where ${end - start} are due`,
      );
    return Object.fromEntries(columns.map((column) => [column, rows.map((row): unknown => row[column])]));
  }

  private async check(columns: string[], start: number, end: number): Promise<void> {
    let first = 0;
    for (const [i, group] of this.metadata.row_groups.entries()) {
      const [from, to] = [first, (first += Number(group.num_rows))];
      if (to <= start || from >= end) continue;
      for (const [j, { meta_data: column }] of group.columns.entries()) {
        if (!column || !columns.includes(column.path_in_schema[0])) continue;
        const key = `${i}/${j}`;
        if (!this.checks.has(key)) this.checks.set(key, checkPages(this.blob, column));
        await this.checks.get(key);
      }
    }
  }

  /** The row group of a row, and the stored bytes of a column in it. */
  groupOf(row: number, column: string): { start: number; end: number; bytes: number } {
    let start = 0;
    for (const group of this.metadata.row_groups) {
      const end = start + Number(group.num_rows);
      if (row < end) {
        const chunks = group.columns.filter((chunk) => chunk.meta_data?.path_in_schema[0] === column);
        const bytes = chunks.reduce((sum, chunk) => sum + Number(chunk.meta_data!.total_compressed_size), 0);
        return { start, end, bytes };
      }
      start = end;
    }
    throw new BundleError(this.path, `has no row ${row}: it ends at ${start}`);
  }
}

const bufferOf = (blob: Blob) => ({
  byteLength: blob.size,
  slice: (start: number, end = blob.size) => bytesWithin(blob, start, end),
});

function unsnap(input: Uint8Array, length: number): Uint8Array {
  if (!(length <= MOST_PAGE_BYTES)) throw new Error(`a page of ${length} bytes is too large`);
  const output = new Uint8Array(length);
  snappyUncompress(input, output);
  return output;
}

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

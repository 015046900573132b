/**
 * An HDF5 file read slice by slice with h5wasm, which is loaded with the first of them. The library reads the file
 * through `ReadNow`, so only what is asked for is in memory.
 */
import type * as H5wasm from 'h5wasm';
import { parseFloat16 } from 'hyparquet/src/convert.js';
import { BundleError } from './bundleError.ts';
import type { ReadNow } from './fileTree.ts';
import { loadHdf5, withBoundedHeap, type Hdf5Library, type Streams } from './hdf5Library.ts';

/** Of one read of a dataset. */
const MOST_BYTES = 64 * 2 ** 20;
/** A chunk is unpacked whole. */
const MOST_CHUNK_BYTES = 128 * 2 ** 20;
const MOST_ATTRIBUTE_BYTES = 4 * 2 ** 20;
/** A damaged file can send the library round in circles: no call may read more often, or longer, than this. */
const MOST_READS = 200_000;
const MOST_MILLISECONDS = 60_000;
const BLOCK_BYTES = 64 * 1024;
const MOST_BLOCKS = 128;

/** Emscripten's EIO. */
const INPUT_OUTPUT_ERROR = 29;

const INTEGER = 0;
const FLOAT = 1;
const STRING = 3;
/** HDF5's number of the filter that is a checksum. */
const FLETCHER32 = 3;
/** Deflate, shuffle, Fletcher32, szip, n-bit, scale-offset: the library holds no others. */
const MOST_FILTER = 6;
/** h5py's booleans. */
const ENUM = 8;
const HALF_BYTES = 2;

/** What a dataset is, before any of it is read. */
export interface Hdf5Dataset {
  shape: number[];
  /** Bytes of an element. */
  size: number;
  kind: 'float' | 'integer' | 'byte';
  /** Rows along the first axis that a chunk holds; 1 when it is not chunked. */
  chunkRows: number;
}

let library: Promise<Hdf5Library> | null = null;
let crashed = false;
let files = 0;

export class Hdf5File {
  private reads = 0;
  private since = 0;

  private constructor(
    private readonly path: string,
    private readonly lib: Hdf5Library,
    private readonly mounted: string,
    private readonly source: ReadNow,
    private readonly size: number,
  ) {}
  private file!: H5wasm.File;

  /** @throws BundleError with the library's reason when it is no HDF5 file, or damaged */
  static async open(path: string, source: ReadNow, size: number): Promise<Hdf5File> {
    if (crashed) throw new BundleError(path, CRASHED);
    const lib = await (library ??= loadHdf5());
    const opened = new Hdf5File(path, lib, `/file${++files}.h5`, source, size);
    opened.mount();
    opened.guarded('the file', () => {
      opened.file = new lib.h5.File(opened.mounted, 'r');
      if (opened.file.file_id <= 0n) throw new Error('not opened');
    });
    return opened;
  }

  /** Names in a group; none when there is no such group. */
  keys(group: string): string[] {
    return this.guarded(group, () => {
      const found = this.file.get(group);
      return found instanceof this.lib.h5.Group ? found.keys() : [];
    });
  }

  /** Null when there is no such dataset, or it holds no numbers. */
  dataset(path: string): Hdf5Dataset | null {
    return this.guarded(path, () => {
      const found = this.file.get(path);
      if (!(found instanceof this.lib.h5.Dataset)) return null;
      const { shape, size, type, chunks } = found.metadata;
      if (!shape || ![INTEGER, FLOAT, ENUM].includes(type) || size > 8) return null;
      if (chunks && size * product(chunks) > MOST_CHUNK_BYTES)
        throw new BundleError(
          this.path,
          `${path} has chunks of more than 128 MB: write it with smaller ones`,
        );
      const kind = type === FLOAT ? 'float' : size === 1 ? 'byte' : 'integer';
      return { shape, size, kind, chunkRows: chunks?.[0] ?? 1 };
    });
  }

  /** Whether its rows are held against a checksum, Fletcher32, whenever they are read. */
  isChecked(path: string): boolean {
    return this.guarded(path, () => {
      const found = this.file.get(path);
      return found instanceof this.lib.h5.Dataset && found.filters.some(({ id }) => id === FLETCHER32);
    });
  }

  /**
   * Rows [start, end) along the first axis, row-major.
   * @throws BundleError when they are not there, damaged, packed by a filter that is not read, or more than 64 MB
   */
  rows(path: string, start: number, end: number): ArrayLike<number> {
    const dataset = this.dataset(path);
    if (!dataset?.shape.length || !(start >= 0 && start <= end && end <= dataset.shape[0]))
      throw new BundleError(this.path, `has no rows ${start} to ${end} in ${path}: write the file anew`);
    const elements = (end - start) * product(dataset.shape.slice(1));
    if (!(elements * Math.max(dataset.size, 1) <= MOST_BYTES))
      throw new BundleError(this.path, `has more than 64 MB in ${end - start} rows of ${path}`);
    if (!elements) return [];
    return this.guarded(path, () => {
      const found = this.file.get(path) as H5wasm.Dataset;
      const filter = found.filters.find(({ id }) => id > MOST_FILTER);
      if (filter)
        throw new BundleError(
          this.path,
          `${path} is packed by the HDF5 filter ${filter.name || filter.id}, which is not read here: write it with gzip, or without compression`,
        );
      const isHalf = dataset.kind === 'float' && dataset.size === HALF_BYTES;
      const values = (isHalf ? asBits(found) : found).slice([
        [start, end],
        ...dataset.shape.slice(1).map((n): [number, number] => [0, n]),
      ]);
      if (!ArrayBuffer.isView(values) && !Array.isArray(values)) throw new Error('no numbers');
      const numbers =
        values instanceof BigInt64Array || values instanceof BigUint64Array
          ? Float64Array.from(values, Number)
          : (values as unknown as ArrayLike<number>);
      if (numbers.length !== elements) throw new Error(`${numbers.length} numbers, not ${elements}`);
      return isHalf ? Float64Array.from(numbers, halfOf) : numbers;
    });
  }

  /** A text or number; null when there is no such attribute, or it is neither. */
  attribute(path: string, name: string): string | number | null {
    return this.guarded(`attribute ${name} of ${path}`, () => {
      const found = this.file.get(path);
      if (!(found instanceof this.lib.h5.Group || found instanceof this.lib.h5.Dataset)) return null;
      const attribute = found.attrs[name];
      if (!attribute) return null;
      const { total_size, size, type } = attribute.metadata;
      if (![INTEGER, FLOAT, STRING].includes(type) || total_size * size > MOST_ATTRIBUTE_BYTES) return null;
      const { value } = attribute;
      if (typeof value === 'bigint') return Number(value);
      return typeof value === 'string' || typeof value === 'number' ? value : null;
    });
  }

  close(): void {
    if (crashed) return;
    try {
      this.file.close();
      (this.lib.module.FS as unknown as Streams).unlink(this.mounted);
    } catch {
      // What cannot be closed is only read.
    }
  }

  /** Makes the file appear in the library's file system. */
  private mount(): void {
    const system = this.lib.module.FS as unknown as Streams;
    system.writeFile(this.mounted, new Uint8Array());
    const { node } = system.lookupPath(this.mounted);
    node.usedBytes = this.size;
    const cached = throughBlocks(this.source, this.size);
    const read = (_: unknown, heap: Int8Array, at: number, length: number, position: number) => {
      if (++this.reads > MOST_READS || Date.now() - this.since > MOST_MILLISECONDS)
        throw new BundleError(this.path, 'goes round in circles, it seems damaged: write it anew');
      // HDF5 would take what is missing for zeros, a gigabyte of them if a damaged size says so.
      if (position + length > this.size) throw new system.ErrnoError(INPUT_OUTPUT_ERROR);
      return cached(position, new Uint8Array(heap.buffer, at, length));
    };
    node.stream_ops = { ...node.stream_ops, read };
  }

  private guarded<T>(what: string, work: () => T): T {
    if (crashed) throw new BundleError(this.path, CRASHED);
    this.lib.printed = '';
    this.reads = 0;
    this.since = Date.now();
    try {
      const result = withBoundedHeap(work);
      // A dataset that cannot be opened is null to h5wasm, as one that is not there.
      if (this.lib.printed.includes('HDF5-DIAG')) throw new Error('HDF5 failed');
      return result;
    } catch (error) {
      if (error instanceof BundleError) throw error;
      if (error instanceof WebAssembly.RuntimeError) crashed = true;
      throw new BundleError(
        this.path,
        `is no HDF5 file that can be read, or is damaged, at ${what} (${this.reason(error)}): write it anew`,
      );
    }
  }

  /** The innermost cause that the library printed, else the error's own words. */
  private reason(error: unknown): string {
    const [first] = this.lib.printed.split('HDF5-DIAG').filter((text) => text.includes('#000'));
    const cause = first?.match(/\(\): ([^\n]*)/g)?.at(-1);
    return (cause?.slice(4) ?? (error instanceof Error ? error.message : String(error))).slice(0, 160);
  }
}

/** The library gives floats of 16 bits to nobody, but their bits as integers. */
function asBits(dataset: H5wasm.Dataset): H5wasm.Dataset {
  const metadata = { ...dataset.metadata, type: INTEGER, signed: false };
  return Object.create(dataset, { metadata: { value: metadata } }) as H5wasm.Dataset;
}

const halfOf = (bits: number) => parseFloat16(Uint8Array.of(bits & 0xff, bits >> 8))!;

const CRASHED = 'cannot be read, since a damaged file has crashed the HDF5 reader: reload the page';

const product = (sizes: number[]) => sizes.reduce((total, size) => total * size, 1);

/** Small reads by whole blocks, the last ones kept: the library looks at its indices a few bytes at a time. */
function throughBlocks(source: ReadNow, size: number): ReadNow {
  const blocks = new Map<number, Uint8Array>();
  const block = (index: number): Uint8Array => {
    const known = blocks.get(index) ?? new Uint8Array(Math.min(BLOCK_BYTES, size - index * BLOCK_BYTES));
    if (!blocks.has(index)) source(index * BLOCK_BYTES, known);
    blocks.delete(index);
    blocks.set(index, known);
    if (blocks.size > MOST_BLOCKS) blocks.delete(blocks.keys().next().value!);
    return known;
  };
  return (position, into) => {
    const length = Math.max(0, Math.min(into.length, size - position));
    if (length > BLOCK_BYTES) return source(position, into.subarray(0, length));
    for (let done = 0; done < length;) {
      const at = position + done;
      const from = block(Math.floor(at / BLOCK_BYTES));
      const part = from.subarray(at % BLOCK_BYTES, (at % BLOCK_BYTES) + length - done);
      into.set(part, done);
      done += part.length;
    }
    return length;
  };
}

/** h5wasm made safe for damaged files: its silent failures are thrown, its memory is bounded. */
import type * as H5wasm from 'h5wasm';

/** A damaged length must not fill the machine's memory. A chunk and its packed bytes fit. */
const MOST_HEAP_BYTES = 320 * 2 ** 20;
const PAGE_BYTES = 64 * 1024;

export interface Hdf5Library {
  h5: typeof H5wasm;
  module: Awaited<typeof H5wasm.ready>;
  /** What the library has printed about an error. */
  printed: string;
}

/** Loads h5wasm, silent, and heeding what its reads return. */
export async function loadHdf5(): Promise<Hdf5Library> {
  const h5 = await import('h5wasm');
  const module = await h5.ready;
  const made: Hdf5Library = { h5, module, printed: '' };
  const stderr = (module.FS as unknown as Streams).getStream(2);
  stderr.tty.ops = {
    put_char: (_: unknown, code: number) => void (made.printed += String.fromCharCode(code)),
    fsync: () => {},
  };
  heedFailures(module);
  return made;
}

/** The calls by which h5wasm has HDF5 fill memory with numbers; negative when HDF5 could not. */
interface Reads {
  HEAPU8: Uint8Array;
  get_attribute_metadata(file: bigint, path: string, name: string): { size: number; total_size: number };
  get_attribute_data(file: bigint, path: string, name: string, at: bigint): number;
  get_dataset_data(...args: unknown[]): number;
}

/**
 * h5wasm does not look at what its reads return: of a row with a wrong checksum it would give whatever lay in memory,
 * and follow whatever pointers a text's place held.
 */
function heedFailures(module: Reads): void {
  const attribute = module.get_attribute_data.bind(module);
  const dataset = module.get_dataset_data.bind(module);
  module.get_attribute_data = (file, path, name, at) => {
    const { size, total_size } = module.get_attribute_metadata(file, path, name);
    module.HEAPU8.fill(0, Number(at), Number(at) + size * total_size);
    return heeded(attribute(file, path, name, at));
  };
  module.get_dataset_data = (...args) => heeded(dataset(...args));
}

/** Synchronous work in which wasm memory may not grow beyond the bound: HDF5 is told that there is no more. */
export function withBoundedHeap<T>(work: () => T): T {
  const memory = WebAssembly.Memory.prototype;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the memory that grows
  const { grow } = memory;
  memory.grow = function (this: WebAssembly.Memory, pages: number) {
    if (this.buffer.byteLength + pages * PAGE_BYTES > MOST_HEAP_BYTES) throw new RangeError('heap bound');
    return grow.call(this, pages);
  };
  try {
    return work();
  } finally {
    memory.grow = grow;
  }
}

function heeded(status: number): number {
  if (status < 0) throw new Error('HDF5 cannot read it');
  return status;
}

/** What is used of Emscripten's file system beyond its published types. */
export interface Streams {
  getStream(fd: number): { tty: { ops: object } };
  writeFile(path: string, data: Uint8Array): void;
  unlink(path: string): void;
  /** What a system call answers with an error number. */
  ErrnoError: new (errno: number) => Error;
  lookupPath(path: string): {
    node: {
      usedBytes: number;
      stream_ops: {
        read(stream: unknown, heap: Int8Array, at: number, length: number, position: number): number;
      };
    };
  };
}

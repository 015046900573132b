/** Files by path, as importers read them: out of a zip, a folder, or files picked together. */

/**
 * Fills `into` with the bytes from `position` on and returns how many there were, waiting for nothing: HDF5's library
 * reads so.
 */
export type ReadNow = (position: number, into: Uint8Array) => number;

export interface GivenFile {
  /** Relative, folders parted by "/". */
  path: string;
  blob: Blob;
  /** Without it the file is taken into memory when it must be read without waiting. */
  readNow?: ReadNow;
}

export interface FileTree {
  /** Whether every byte that is read was held against a checksum. */
  readonly checked: boolean;
  paths(): string[];
  has(path: string): boolean;
  /** @throws BundleError when the file is missing, damaged, or larger than maxBytes */
  read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The file for random access, nothing of it in memory unless it has to be unpacked.
   * @throws BundleError as read does, and when it has to be unpacked and memory allows no such size
   */
  blob(path: string, signal?: AbortSignal): Promise<Blob>;
  /** The same, to be read without waiting. */
  readNow(path: string, signal?: AbortSignal): Promise<{ read: ReadNow; size: number }>;
}

/** A file's reader that does not wait: the given one, the worker's own, or one over a copy in memory. */
export async function readerOf({ blob, readNow }: Omit<GivenFile, 'path'>): Promise<ReadNow> {
  if (readNow) return readNow;
  if (typeof FileReaderSync === 'undefined') return readerOfBytes(new Uint8Array(await blob.arrayBuffer()));
  const reader = new FileReaderSync();
  return (position, into) =>
    fill(into, new Uint8Array(reader.readAsArrayBuffer(blob.slice(position, position + into.length))));
}

export function readerOfBytes(bytes: Uint8Array): ReadNow {
  return (position, into) => fill(into, bytes.subarray(position, position + into.length));
}

function fill(into: Uint8Array, bytes: Uint8Array): number {
  into.set(bytes);
  return bytes.length;
}

export const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MB`;

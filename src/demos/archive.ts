/** A zip opened by random access: nothing is unpacked before it is asked for, and nothing beyond its budget. */
import { BlobReader, ZipReader, configure, type Entry, type FileEntry } from '@zip.js/zip.js';
import { BundleError } from './bundleError.ts';
import { megabytes, readerOf, type FileTree, type GivenFile, type ReadNow } from './fileTree.ts';

export interface ArchiveLimits {
  entries: number;
  /** Declared sizes of all entries together, in bytes. */
  totalBytes: number;
}

/** Fifteen folders of pictures of a thousand long demonstrations fit. */
export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 500_000, totalBytes: 32 * 2 ** 30 };

const LOCAL_HEADER_BYTES = 30;
const STORED = 0;

export class Archive implements FileTree {
  readonly checked = true;

  private constructor(
    private readonly file: Omit<GivenFile, 'path'>,
    private readonly entries: Map<string, FileEntry>,
  ) {}

  /**
   * @param name what errors call the file
   * @throws BundleError when it is no zip, is cut short, or holds what no honest zip holds
   */
  static async open(
    file: Blob,
    name: string,
    limits: ArchiveLimits = ARCHIVE_LIMITS,
    readNow?: ReadNow,
  ): Promise<Archive> {
    configure({ useWebWorkers: false });
    const entries = new Map<string, FileEntry>();
    let totalBytes = 0;
    try {
      for await (const entry of new ZipReader(new BlobReader(file)).getEntriesGenerator()) {
        if (entries.size >= limits.entries)
          throw new BundleError(name, `holds more than ${limits.entries} files: zip fewer demonstrations`);
        if (entry.directory) continue;
        totalBytes += entry.uncompressedSize;
        if (!(totalBytes <= limits.totalBytes))
          throw new BundleError(
            name,
            `would unpack to more than ${megabytes(limits.totalBytes)}: zip fewer demonstrations`,
          );
        if (entry.encrypted)
          throw new BundleError(
            entry.filename,
            `is encrypted in ${name}: zip the demonstrations without a password`,
          );
        if (entries.has(entry.filename))
          throw new BundleError(entry.filename, `stands twice in ${name}: zip it anew`);
        entries.set(entry.filename, entry);
      }
    } catch (error) {
      throw asBundleError(error, name, 'is not a zip that can be read, or was cut short');
    }
    refuseOverlaps([...entries.values()], name);
    return new Archive({ blob: file, readNow }, entries);
  }

  paths(): string[] {
    return [...this.entries.keys()];
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  /**
   * The bytes of one entry, its checksum verified.
   * @throws BundleError when it is missing, damaged, or larger than maxBytes
   */
  async read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.entry(path, maxBytes);
    const bytes = new Uint8Array(entry.uncompressedSize);
    let at = 0;
    await this.unpack(path, entry, signal, (chunk) => {
      bytes.set(chunk, at);
      at += chunk.length;
    });
    return bytes;
  }

  /**
   * One entry as a Blob for random access, its checksum verified: a part of the zip itself when it was stored
   * without compression, else unpacked.
   * @param maxUnpacked limit in bytes of what has to be unpacked
   * @throws BundleError as read does
   */
  async blob(path: string, maxUnpacked: number, signal?: AbortSignal): Promise<Blob> {
    const part = await this.part(path, maxUnpacked, signal);
    return part instanceof Blob ? part : this.file.blob.slice(part.start, part.start + part.size);
  }

  async readNow(
    path: string,
    maxUnpacked: number,
    signal?: AbortSignal,
  ): Promise<{ read: ReadNow; size: number }> {
    const part = await this.part(path, maxUnpacked, signal);
    if (part instanceof Blob) return { read: await readerOf({ blob: part }), size: part.size };
    const { start, size } = part;
    const whole = this.file.readNow;
    if (!whole) return { read: await readerOf({ blob: this.file.blob.slice(start, start + size) }), size };
    const within = (position: number, into: Uint8Array) =>
      whole(start + position, into.subarray(0, Math.max(0, Math.min(into.length, size - position))));
    return { read: within, size };
  }

  /** Where a stored entry lies in the zip, or a compressed one unpacked. */
  private async part(
    path: string,
    maxUnpacked: number,
    signal?: AbortSignal,
  ): Promise<Blob | { start: number; size: number }> {
    const stored = this.entries.get(path)?.compressionMethod === STORED;
    const entry = this.entry(path, stored ? Infinity : maxUnpacked, 'zip it without compression');
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    await this.unpack(path, entry, signal, (chunk) => {
      if (!stored) chunks.push(chunk.slice());
    });
    if (!stored) return new Blob(chunks);
    const header = new DataView(
      await this.file.blob.slice(entry.offset, entry.offset + LOCAL_HEADER_BYTES).arrayBuffer(),
    );
    const start = entry.offset + LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    return { start, size: entry.uncompressedSize };
  }

  private entry(path: string, maxBytes: number, advice = 'take it out'): FileEntry {
    const entry = this.entries.get(path);
    if (!entry) throw new BundleError(path, 'is missing: zip the whole folder anew');
    if (entry.uncompressedSize > maxBytes)
      throw new BundleError(
        path,
        `is ${megabytes(entry.uncompressedSize)} large, more than ${megabytes(maxBytes)}: ${advice}`,
      );
    return entry;
  }

  private async unpack(
    path: string,
    entry: FileEntry,
    signal: AbortSignal | undefined,
    take: (chunk: Uint8Array) => void,
  ): Promise<void> {
    let left = entry.uncompressedSize;
    const sink = new WritableStream<Uint8Array>({
      write(chunk) {
        left -= chunk.length;
        if (left < 0) throw new BundleError(path, 'unpacks to more than it declares: zip it anew');
        take(chunk);
      },
    });
    try {
      await entry.getData(sink, { checkCrc32: true, signal });
    } catch (error) {
      throw asBundleError(error, path, 'cannot be unpacked, it seems damaged');
    }
    if (left) throw new BundleError(path, 'unpacks to less than it declares: zip it anew');
  }
}

/** Entries that share bytes let a small file unpack to a huge one. */
function refuseOverlaps(entries: Entry[], name: string): void {
  let end = 0;
  for (const entry of entries.sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end)
      throw new BundleError(entry.filename, `overlaps another file in ${name}: zip it anew`);
    end = entry.offset + LOCAL_HEADER_BYTES + entry.rawFilename.length + entry.compressedSize;
  }
}

function asBundleError(error: unknown, file: string, what: string): unknown {
  if (error instanceof BundleError || (error instanceof Error && error.name === 'AbortError')) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new BundleError(file, `${what} (${detail}): zip it anew`);
}

/** What a zip lists, kept in few bytes a file: a bundle may hold half a million. */
import { BlobReader, ZipReader, configure, type Entry, type FileEntry } from '@zip.js/zip.js';
import { BundleError } from './bundleError.ts';
import { megabytes } from './fileTree.ts';
import { isSystemFile } from './systemFiles.ts';

export interface ArchiveLimits {
  entries: number;
  /** Declared sizes of all entries together, in bytes. */
  totalBytes: number;
}

export interface ZipEntry {
  /** Where its local header begins. */
  offset: number;
  packedSize: number;
  size: number;
  crc32: number;
  /** As the zip numbers them. */
  method: number;
  /** General purpose bits. */
  flags: number;
}

/** The list of all files is read at once. */
const MOST_LIST_BYTES = 128 * 2 ** 20;
const LOCAL_HEADER_BYTES = 30;
/** Numbers kept of each entry: ZipEntry's, and the length of the local header without its extra field. */
const FIELDS = 7;

export class ZipEntries {
  private readonly indices = new Map<string, number>();
  private numbers = new Float64Array(1024 * FIELDS);
  /** Where the list begins: no file's bytes reach beyond. */
  private listOffset = 0;

  private constructor(private readonly file: Blob) {}

  /**
   * @param name what errors call the file
   * @throws BundleError when it is no zip, is cut short, or lists what no honest zip lists
   */
  static async read(file: Blob, name: string, limits: ArchiveLimits): Promise<ZipEntries> {
    const entries = new ZipEntries(file);
    let totalBytes = 0;
    try {
      for await (const entry of entries.listed(name)) {
        if (entries.indices.size >= limits.entries)
          throw new BundleError(name, `holds more than ${limits.entries} files: zip fewer demonstrations`);
        const path = pathOf(entry);
        if (entry.directory || path.endsWith('/') || isSystemFile(path)) continue;
        totalBytes += entry.uncompressedSize;
        if (!(totalBytes <= limits.totalBytes))
          throw new BundleError(
            name,
            `would unpack to more than ${megabytes(limits.totalBytes)}: zip fewer demonstrations`,
          );
        if (entry.encrypted)
          throw new BundleError(path, `is encrypted in ${name}: zip the demonstrations without a password`);
        if (entries.indices.has(path)) throw new BundleError(path, `stands twice in ${name}: zip it anew`);
        entries.keep(path, entry);
      }
    } catch (error) {
      throw asBundleError(error, name, 'is not a zip that can be read, or was cut short');
    }
    entries.refuseOverlaps(name);
    return entries;
  }

  paths(): string[] {
    return [...this.indices.keys()];
  }

  get(path: string): ZipEntry | null {
    const index = this.indices.get(path);
    if (index === undefined) return null;
    const [offset, packedSize, size, crc32, method, flags] = this.fields(index);
    return { offset, packedSize, size, crc32, method, flags };
  }

  has(path: string): boolean {
    return this.indices.has(path);
  }

  /** Where the bytes of all files end. */
  get end(): number {
    return this.listOffset;
  }

  /** The entry as zip.js sees it, the list read again: for methods that only zip.js unpacks. */
  async found(path: string): Promise<FileEntry> {
    for await (const entry of this.listed(path)) if (!entry.directory && pathOf(entry) === path) return entry;
    throw new BundleError(path, 'is missing: zip the whole folder anew');
  }

  private async *listed(name: string): AsyncGenerator<Entry> {
    configure({ useWebWorkers: false });
    const reader = new ZipReader(new ListReader(this.file, name));
    for await (const entry of reader.getEntriesGenerator()) {
      this.listOffset = reader.directoryOffset ?? this.file.size;
      yield entry;
    }
  }

  private keep(path: string, entry: FileEntry): void {
    const at = this.indices.size * FIELDS;
    if (at === this.numbers.length) {
      const longer = new Float64Array(2 * at);
      longer.set(this.numbers);
      this.numbers = longer;
    }
    this.numbers.set(
      [
        entry.offset,
        entry.compressedSize,
        entry.uncompressedSize,
        entry.crc32 ?? 0,
        entry.compressionMethod,
        entry.rawBitFlag ?? 0,
        LOCAL_HEADER_BYTES + entry.rawFilename.length,
      ],
      at,
    );
    this.indices.set(path, this.indices.size);
  }

  private fields(index: number): Float64Array {
    return this.numbers.subarray(index * FIELDS, (index + 1) * FIELDS);
  }

  /** Entries that share bytes let a small file unpack to a huge one. */
  private refuseOverlaps(name: string): void {
    const { numbers } = this;
    const order = Uint32Array.from({ length: this.indices.size }, (_, index) => index);
    order.sort((a, b) => numbers[a * FIELDS] - numbers[b * FIELDS]);
    let end = 0;
    for (const index of order) {
      const fields = this.fields(index);
      if (fields[0] < end)
        throw new BundleError(this.paths()[index], `overlaps another file in ${name}: zip it anew`);
      end = fields[0] + fields[6] + fields[1];
    }
  }
}

/** Some programs of Windows part folders by backslashes. */
const pathOf = ({ filename }: Entry) => filename.replaceAll('\\', '/');

/** Refuses a list that would fill the memory. */
class ListReader extends BlobReader {
  constructor(
    file: Blob,
    private readonly name: string,
  ) {
    super(file);
  }

  override readUint8Array(index: number, length: number): Promise<Uint8Array> {
    if (length > MOST_LIST_BYTES)
      throw new BundleError(
        this.name,
        `lists ${megabytes(length)} of file names, more than ${megabytes(MOST_LIST_BYTES)}: zip fewer demonstrations`,
      );
    return super.readUint8Array(index, length);
  }
}

export function asBundleError(error: unknown, file: string, what: string): unknown {
  if (error instanceof BundleError || (error instanceof Error && error.name === 'AbortError')) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new BundleError(file, `${what} (${detail}): zip it anew`);
}

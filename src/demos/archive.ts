/**
 * A zip opened by random access: nothing is unpacked before it is asked for, nothing beyond its budget, and of what is
 * unpacked no more is kept than a bound allows.
 */
import { BundleError } from './bundleError.ts';
import {
  megabytes,
  readerOf,
  readerOfBytes,
  type FileTree,
  type GivenFile,
  type ReadNow,
} from './fileTree.ts';
import { PartBlob } from './partBlob.ts';
import { UnpackedFiles } from './unpackedFiles.ts';
import { ZipEntries, type ArchiveLimits, type ZipEntry } from './zipEntries.ts';
import { STORED, dataStart, unpack } from './zipEntryBytes.ts';

/** Fifteen folders of pictures of a thousand long demonstrations fit. */
export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 500_000, totalBytes: 32 * 2 ** 30 };
/** Of compressed files that are read by random access; the longest videos of LeRobot fit. */
export const UNPACKED_BYTES = 208 * 2 ** 20;

export class Archive implements FileTree {
  readonly checked = true;
  /** Of stored files, where their bytes begin, once their checksum was verified. */
  private readonly verified = new Map<string, number>();

  private constructor(
    private readonly file: Omit<GivenFile, 'path'>,
    private readonly entries: ZipEntries,
    unpackedBytes: number,
  ) {
    this.unpacked = new UnpackedFiles(
      (path, signal) => this.read(path, unpackedBytes, signal),
      unpackedBytes,
    );
  }
  readonly unpacked: UnpackedFiles;

  /**
   * @param name what errors call the file
   * @throws BundleError when it is no zip, is cut short, or holds what no honest zip holds
   */
  static async open(
    file: Blob,
    name: string,
    limits: ArchiveLimits = ARCHIVE_LIMITS,
    { readNow, unpackedBytes = UNPACKED_BYTES }: { readNow?: ReadNow; unpackedBytes?: number } = {},
  ): Promise<Archive> {
    return new Archive({ blob: file, readNow }, await ZipEntries.read(file, name, limits), unpackedBytes);
  }

  paths(): string[] {
    return this.entries.paths();
  }

  has(path: string): boolean {
    return this.entries.has(path);
  }

  /**
   * The bytes of one entry, its checksum verified.
   * @throws BundleError when it is missing, damaged, or larger than maxBytes
   */
  async read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const { size } = this.entry(path);
    if (size > maxBytes)
      throw new BundleError(
        path,
        `is ${megabytes(size)} large, more than ${megabytes(maxBytes)}: take it out`,
      );
    const bytes = new Uint8Array(size);
    let at = 0;
    const take = (piece: Uint8Array) => {
      bytes.set(piece, at);
      at += piece.length;
    };
    await unpack(this.file.blob, this.entries, path, take, signal);
    return bytes;
  }

  /**
   * One entry as a Blob for random access, its checksum verified: a part of the zip itself when it was stored
   * without compression, else unpacked, again whenever others took its place.
   * @throws BundleError as read does
   */
  async blob(path: string, signal?: AbortSignal): Promise<Blob> {
    const { method, size } = this.entry(path);
    if (method === STORED) {
      const start = await this.stored(path, signal);
      return this.file.blob.slice(start, start + size);
    }
    await this.unpacked.get(path, size, { signal });
    return new UnpackedBlob(() => this.unpacked.get(path, size), 0, size);
  }

  /** A compressed entry stays unpacked. */
  async readNow(path: string, signal?: AbortSignal): Promise<{ read: ReadNow; size: number }> {
    const { method, size } = this.entry(path);
    if (method !== STORED) {
      const bytes = await this.unpacked.get(path, size, { hold: true, signal });
      return { read: readerOfBytes(bytes), size };
    }
    const start = await this.stored(path, signal);
    const whole = this.file.readNow;
    if (!whole) return { read: await readerOf({ blob: this.file.blob.slice(start, start + size) }), size };
    const within = (position: number, into: Uint8Array) =>
      whole(start + position, into.subarray(0, Math.max(0, Math.min(into.length, size - position))));
    return { read: within, size };
  }

  /** Where a stored entry lies in the zip. */
  private async stored(path: string, signal?: AbortSignal): Promise<number> {
    const known = this.verified.get(path);
    if (known !== undefined) return known;
    await unpack(this.file.blob, this.entries, path, () => undefined, signal);
    const start = await dataStart(this.file.blob, this.entry(path), this.entries.end);
    this.verified.set(path, start);
    return start;
  }

  private entry(path: string): ZipEntry {
    const entry = this.entries.get(path);
    if (entry) return entry;
    throw new BundleError(path, 'is missing: zip the whole folder anew');
  }
}

class UnpackedBlob extends PartBlob {
  constructor(
    private readonly whole: () => Promise<Uint8Array<ArrayBuffer>>,
    from: number,
    to: number,
  ) {
    super(from, to);
  }

  protected override part(from: number, to: number): UnpackedBlob {
    return new UnpackedBlob(this.whole, from, to);
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.whole()).slice(this.from, this.to).buffer;
  }
}

/** Files out of a zip, unpacked, as many as a bound allows; the others are unpacked again when they are asked for. */
import { BundleError } from './bundleError.ts';
import { megabytes } from './fileTree.ts';

export class UnpackedFiles {
  /** Least recently used first. */
  private readonly kept = new Map<string, Uint8Array<ArrayBuffer>>();
  private readonly held = new Set<string>();
  /** One is unpacked at a time, so that the bound holds meanwhile. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly unpack: (path: string, signal?: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>,
    private readonly mostBytes: number,
  ) {}

  /** Of all files that are unpacked now. */
  get bytes(): number {
    return [...this.kept.values()].reduce((total, { length }) => total + length, 0);
  }

  /**
   * @param size of the file in bytes
   * @param hold whether it stays unpacked from now on
   * @throws BundleError when the bound leaves no room for it; what unpacking throws
   */
  get(
    path: string,
    size: number,
    { hold = false, signal }: { hold?: boolean; signal?: AbortSignal } = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const next = this.last.then(async () => {
      const bytes = this.kept.get(path) ?? (await this.fresh(path, size, signal));
      this.kept.delete(path);
      this.kept.set(path, bytes);
      if (hold) this.held.add(path);
      return bytes;
    });
    this.last = next.catch(() => undefined);
    return next;
  }

  private fresh(path: string, size: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    for (const oldest of [...this.kept.keys()])
      if (this.bytes + size > this.mostBytes && !this.held.has(oldest)) this.kept.delete(oldest);
    const room = this.mostBytes - this.bytes;
    if (size > room)
      throw new BundleError(
        path,
        `takes ${megabytes(size)} of memory once it is unpacked, and ${megabytes(room)} are left: ` +
          'zip it without compression, or unpack the zip and open the folder',
      );
    return this.unpack(path, signal);
  }
}

/** A folder that was dropped, or files that were picked together. */
import { BundleError } from './bundleError.ts';
import { megabytes, readerOf, type FileTree, type GivenFile, type ReadNow } from './fileTree.ts';

const MOST_FILES = 500_000;

export class LooseFiles implements FileTree {
  readonly checked = false;
  private readonly files = new Map<string, GivenFile>();

  /** @throws BundleError at a path that leaves the folder or stands twice, or too many files */
  constructor(files: GivenFile[], name: string) {
    if (files.length > MOST_FILES)
      throw new BundleError(name, `holds more than ${MOST_FILES} files: open fewer demonstrations`);
    for (const file of files) {
      const path = file.path.replace(/^\/+/, '');
      if (path.split('/').some((part) => part === '..' || part === '.' || part === ''))
        throw new BundleError(file.path, 'is no path inside a folder: name it without ".", ".." and "//"');
      if (this.files.has(path)) throw new BundleError(path, 'stands twice: open each file once');
      this.files.set(path, file);
    }
  }

  paths(): string[] {
    return [...this.files.keys()];
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  async read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const { blob } = this.file(path);
    if (blob.size > maxBytes)
      throw new BundleError(path, `is ${megabytes(blob.size)} large, more than ${megabytes(maxBytes)}`);
    return new Uint8Array(await readable(path, blob.arrayBuffer()));
  }

  blob(path: string): Promise<Blob> {
    return new Promise((resolve) => resolve(this.file(path).blob));
  }

  async readNow(path: string): Promise<{ read: ReadNow; size: number }> {
    const file = this.file(path);
    return { read: await readable(path, readerOf(file)), size: file.blob.size };
  }

  private file(path: string): GivenFile {
    const file = this.files.get(path);
    if (file) return file;
    throw new BundleError(path, 'is missing: open the whole folder, or all files that belong together');
  }
}

async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new BundleError(path, `can no longer be read (${detail}): open it again`);
  }
}

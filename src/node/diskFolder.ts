/** A folder on disk as importers read it; nothing is opened before it is asked for. */
import { readSync, openSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { BundleError } from '../demos/bundleError.ts';
import { megabytes, type FileTree, type ReadNow } from '../demos/fileTree.ts';
import { isSystemFile } from '../demos/systemFiles.ts';
import { DiskBlob } from './diskBlob.ts';

export class DiskFolder implements FileTree {
  readonly checked = false;
  private constructor(
    private readonly folder: string,
    private readonly found: Set<string>,
  ) {}

  static async open(folder: string): Promise<DiskFolder> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((path) => !isSystemFile(path));
    return new DiskFolder(folder, new Set(paths));
  }

  paths(): string[] {
    return [...this.found];
  }

  has(path: string): boolean {
    return this.found.has(path);
  }

  async read(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.file(path);
    const { size } = await stat(file);
    if (size > maxBytes)
      throw new BundleError(path, `is ${megabytes(size)} large, more than ${megabytes(maxBytes)}`);
    return new Uint8Array(await readFile(file, { signal }));
  }

  async blob(path: string): Promise<Blob> {
    return DiskBlob.open(this.file(path));
  }

  async readNow(path: string): Promise<{ read: ReadNow; size: number }> {
    const file = this.file(path);
    return { read: readerOfFile(file), size: (await stat(file)).size };
  }

  private file(path: string): string {
    if (this.found.has(path)) return join(this.folder, path);
    throw new BundleError(path, `is missing in ${this.folder}: give the whole folder`);
  }
}

/** The file stays open until the process ends. */
export function readerOfFile(path: string): ReadNow {
  const descriptor = openSync(path, 'r');
  return (position, into) => readSync(descriptor, into, 0, into.length, position);
}

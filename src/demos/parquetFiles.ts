/** Parquet files of a bundle, the last ones kept open: what a file says of itself takes memory too. */
import type { FileTree } from './fileTree.ts';
import { ParquetSource } from './parquetSource.ts';

const MOST_OPEN = 16;

export class ParquetFiles {
  /** Least recently used first. */
  private readonly opened = new Map<string, Promise<ParquetSource>>();

  constructor(private readonly tree: FileTree) {}

  /** @throws BundleError naming the file when it is missing or no parquet file; AbortError */
  async open(path: string, signal?: AbortSignal): Promise<ParquetSource> {
    const known = this.opened.get(path) ?? this.openNew(path, signal);
    this.opened.delete(path);
    this.opened.set(path, known);
    if (this.opened.size > MOST_OPEN) this.opened.delete(this.opened.keys().next().value!);
    try {
      return await known;
    } catch (error) {
      this.opened.delete(path);
      throw error;
    }
  }

  private async openNew(path: string, signal?: AbortSignal): Promise<ParquetSource> {
    return ParquetSource.open(await this.tree.blob(path, signal), path);
  }
}

/** Pictures out of parquet files, a run of rows at a time, with the last runs kept. */
import { BundleError } from './bundleError.ts';
import { encodedImage } from './checkDemonstration.ts';
import type { EncodedImage, FrameStore } from './demonstration.ts';
import type { ParquetFiles } from './parquetFiles.ts';
import type { ParquetSource } from './parquetSource.ts';

/** Where the rows of a demonstration lie. */
export interface EpisodeRows {
  file: string;
  start: number;
  length: number;
}

const RUN_BYTES = 8 * 2 ** 20;
/** Where they are much alike, few bytes may hold any number of them. */
const RUN_ROWS = 256;
const CACHE_BYTES = 32 * 2 ** 20;
/** What a small array takes beside its bytes. */
const PICTURE_OVERHEAD = 256;

interface Run {
  start: number;
  /** Null where there is none. */
  pictures: (Uint8Array<ArrayBuffer> | null)[];
  bytes: number;
}

export class LerobotFrames implements FrameStore {
  /** Least recently used first. */
  private readonly kept = new Map<string, Run>();
  private readonly loading = new Map<string, Promise<Run>>();

  constructor(
    private readonly episodes: Map<string, EpisodeRows>,
    /** By camera. */
    private readonly columns: ReadonlyMap<string, string>,
    private readonly files: ParquetFiles,
  ) {}

  async read(demonstrationId: string, camera: string, frame: number): Promise<EncodedImage> {
    const rows = this.episodes.get(demonstrationId);
    const column = this.columns.get(camera);
    const source = rows && (await this.files.open(rows.file));
    if (!rows || !(frame >= 0 && frame < rows.length) || !column || !source?.columns.has(column))
      throw new BundleError(rows?.file ?? demonstrationId, `has no frame ${frame} of camera ${camera}`);
    const row = rows.start + frame;
    const { start, pictures } = await this.run(source, column, row);
    const bytes = pictures[row - start];
    const what = `${rows.file}, ${column} of row ${row}`;
    if (!bytes)
      throw new BundleError(what, 'holds no picture: export the dataset with its pictures embedded');
    return encodedImage(what, bytes.slice());
  }

  private run(source: ParquetSource, column: string, row: number): Promise<Run> | Run {
    const group = source.groupOf(row, column);
    const average = group.bytes / (group.end - group.start);
    const rows = Math.max(1, Math.min(RUN_ROWS, Math.floor(RUN_BYTES / average)));
    const start = group.start + Math.floor((row - group.start) / rows) * rows;
    const end = Math.min(start + rows, group.end);
    const key = `${source.path} ${column} ${start}`;
    const kept = this.kept.get(key);
    if (kept) {
      this.keep(key, kept);
      return kept;
    }
    if (!this.loading.has(key)) {
      const load = this.load(source, column, start, end).then((run) => {
        this.keep(key, run);
        return run;
      });
      this.loading.set(
        key,
        load.finally(() => this.loading.delete(key)),
      );
    }
    return this.loading.get(key)!;
  }

  private async load(source: ParquetSource, column: string, start: number, end: number): Promise<Run> {
    const pictures = await source.pictures(column, start, end);
    const sizes = pictures.map((picture) => PICTURE_OVERHEAD + (picture?.length ?? 0));
    return { start, pictures, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /** Puts a run last and drops the first ones beyond the cache's size. */
  private keep(key: string, run: Run): void {
    this.kept.delete(key);
    this.kept.set(key, run);
    let total = [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [oldest, { bytes }] of this.kept) {
      if (total <= CACHE_BYTES || oldest === key) return;
      this.kept.delete(oldest);
      total -= bytes;
    }
  }
}

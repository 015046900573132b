/** Pictures out of parquet files, a run of rows at a time, with the last runs kept. */
import { BundleError } from './bundleError.ts';
import { encodedImage } from './checkDemonstration.ts';
import type { EncodedImage, FrameStore } from './demonstration.ts';
import type { ParquetSource } from './parquetSource.ts';

/** Where the rows of a demonstration lie. */
export interface EpisodeRows {
  source: ParquetSource;
  start: number;
  length: number;
}

/** A row group is read whole up to this size, a larger one in runs of rows. */
const WHOLE_GROUP_BYTES = 16 * 2 ** 20;
const RUN_ROWS = 32;
const CACHE_BYTES = 64 * 2 ** 20;

interface Run {
  start: number;
  cells: unknown[];
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
  ) {}

  async read(demonstrationId: string, camera: string, frame: number): Promise<EncodedImage> {
    const rows = this.episodes.get(demonstrationId);
    const column = this.columns.get(camera);
    if (!rows || !(frame >= 0 && frame < rows.length) || !column || !rows.source.columns.has(column))
      throw new BundleError(
        rows?.source.path ?? demonstrationId,
        `has no frame ${frame} of camera ${camera}`,
      );
    const row = rows.start + frame;
    const { start, cells } = await this.run(rows.source, column, row);
    const bytes = pictureBytes(cells[row - start]);
    const what = `${rows.source.path}, ${column} of row ${row}`;
    if (!bytes)
      throw new BundleError(what, 'holds no picture: export the dataset with its pictures embedded');
    return encodedImage(what, bytes.slice());
  }

  private run(source: ParquetSource, column: string, row: number): Promise<Run> | Run {
    const group = source.groupOf(row, column);
    const whole = group.bytes <= WHOLE_GROUP_BYTES;
    const start = whole ? group.start : group.start + Math.floor((row - group.start) / RUN_ROWS) * RUN_ROWS;
    const end = whole ? group.end : Math.min(start + RUN_ROWS, group.end);
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
    const cells = (await source.read([column], start, end))[column];
    return {
      start,
      cells,
      bytes: cells.reduce((sum: number, cell) => sum + (pictureBytes(cell)?.length ?? 0), 0),
    };
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

function pictureBytes(cell: unknown): Uint8Array | null {
  const bytes: unknown = cell instanceof Uint8Array ? cell : (cell as { bytes?: unknown } | null)?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}

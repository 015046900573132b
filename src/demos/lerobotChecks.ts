/** What a LeRobot dataset says twice of its rows, held against each other: parquet and JSON have no checksums. */
import { BundleError } from './bundleError.ts';
import { exceptions, mostExceptions } from './exceptions.ts';
import type { Episode } from './lerobotEpisodes.ts';
import type { Info } from './lerobotInfo.ts';
import type { ParquetSource } from './parquetSource.ts';
import type { Numbers } from './parquetValues.ts';

/** LeRobot's own tolerance in seconds, and what float32 adds. */
const TIME_TOLERANCE = 1e-4;
const FLOAT32 = 2.4e-7;
/** Of a step between frames; LeRobot refuses far less. */
const STEP_TOLERANCE = 0.01;

const ROWS_AT_ONCE = 100_000;

const AGAIN = 'the file is damaged, take it from its source again';

/** Columns that are read for the sake of these checks, where the file has them. */
export const CHECK_COLUMNS = ['timestamp', 'task_index'] as const;

/** Of one episode. */
export interface CheckedRows extends Partial<Record<(typeof CHECK_COLUMNS)[number], Numbers>> {
  /** The first one in the file. */
  start: number;
  /** The episode of the row behind the last one; none at the end of the file. */
  nextOwner?: number;
}

/** @throws BundleError at a data file whose index has a gap in few places */
export async function checkIndex(source: ParquetSource, rowsAtOnce = ROWS_AT_ONCE): Promise<void> {
  const { path, rows } = source;
  let [first, gaps, gap, said] = [NaN, 0, NaN, NaN];
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const index = await source.numbers('index', 1, start, Math.min(start + rowsAtOnce, rows));
    if (!start) first = index[0];
    for (let i = 0; i < index.length; i++)
      if (index[i] !== first + start + i && !gaps++) [gap, said] = [start + i, index[i]];
  }
  if (gaps && gaps <= mostExceptions(rows))
    throw new BundleError(path, `row ${gap} has ${said} in index, not ${first + gap}: ${AGAIN}`);
}

/** @throws BundleError when the episode goes on behind its length, or its time stamps are not those of the frame rate */
export function checkRows(
  file: string,
  { index, length }: Episode,
  { start, nextOwner, timestamp: times }: CheckedRows,
  fps: number,
): void {
  if (nextOwner === index)
    throw new BundleError(
      file,
      `has more rows of episode ${index} than the ${length} that meta/ counts: ${AGAIN}`,
    );
  if (!times || length < 2) return;
  const fits = (i: number) => Math.abs(times[i] - times[0] - i / fps) <= TIME_TOLERANCE + FLOAT32 * times[i];
  const [odd] = exceptions(length, fits);
  if (odd !== undefined)
    throw new BundleError(
      file,
      `row ${start + odd} is of second ${Number(times[odd].toPrecision(7))}, where frame ${odd} at ${fps} frames a second is due: ${AGAIN}`,
    );
  const steps = Float64Array.from({ length: length - 1 }, (_, i) => times[i + 1] - times[i]).sort();
  const step = steps[steps.length >> 1];
  if (!(Math.abs(step * fps - 1) <= STEP_TOLERANCE))
    throw new BundleError(
      file,
      `has a frame every ${step.toPrecision(4)} s where info.json says ${fps} frames a second: correct the one that is wrong`,
    );
}

/** What info.json counts otherwise than the rest of the dataset. */
export function countRemarks(info: Info, episodes: Episode[], tasks: Map<number, string> | null): string[] {
  const frames = episodes.reduce((sum, { length }) => sum + length, 0);
  const counted: [string, unknown, number | undefined][] = [
    ['episodes', info.total_episodes, episodes.length],
    ['frames', info.total_frames, frames],
    ['tasks', info.total_tasks, tasks?.size],
  ];
  return counted.flatMap(([what, said, found]) =>
    typeof said === 'number' && found !== undefined && said !== found
      ? [`info.json counts ${said} ${what}, the dataset has ${found}: a part may be missing or damaged.`]
      : [],
  );
}

/** One sentence on the first episode whose rows name another task than the list of episodes; none when all agree. */
export class TaskNames {
  private first: string | null = null;

  constructor(private readonly tasks: Map<number, string> | null) {}

  add({ index, descriptions }: Episode, rows: Numbers | undefined): void {
    if (this.first || !rows || !this.tasks) return;
    const other = [...new Set(rows)].find((task) => !descriptions.includes(this.tasks!.get(task) ?? ''));
    if (other === undefined) return;
    const name = this.tasks.get(other);
    const said = name === undefined ? 'which has no name' : `"${name}"`;
    this.first = `The rows of episode ${index} are of task ${other}, ${said}, the list of episodes says "${descriptions[0]}": one may be damaged.`;
  }

  remarks(): string[] {
    return this.first ? [this.first] : [];
  }
}

/** Cameras whose video is described otherwise than the feature that it belongs to. */
export function videoRemarks(info: Info): string[] {
  return Object.entries(info.features).flatMap(([name, { dtype, shape, info: about }]) => {
    if (dtype !== 'video' || !about || typeof about !== 'object') return [];
    const said = about as Record<string, unknown>;
    const differs = (key: string, fits: (value: number) => boolean) =>
      typeof said[key] === 'number' && !fits(said[key]) ? [`${key} ${said[key]}`] : [];
    const other = [
      ...differs('video.fps', (fps) => Math.abs(fps - info.fps) < STEP_TOLERANCE * info.fps),
      ...differs('video.height', (height) => shape.includes(height)),
      ...differs('video.width', (width) => shape.includes(width)),
    ];
    const own = `${info.fps} frames a second of ${shape.join(' x ')}`;
    return other.length ? [`${name} has ${other.join(', ')} beside ${own}: one may be damaged.`] : [];
  });
}

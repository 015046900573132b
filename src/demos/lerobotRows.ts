/** The rows of a LeRobot data file, read for a run of episodes at a time. */
import { BundleError } from './bundleError.ts';
import { CHECK_COLUMNS, type CheckedRows } from './lerobotChecks.ts';
import type { Episode } from './lerobotEpisodes.ts';
import type { Info } from './lerobotInfo.ts';
import type { StateColumns } from './mappedState.ts';
import type { ParquetSource } from './parquetSource.ts';

/** Of a data file; an episode is never parted. */
const ROWS_AT_ONCE = 100_000;

export interface EpisodeStates {
  episode: Episode;
  /** By feature. */
  columns: StateColumns;
  rows: CheckedRows;
}

export function byFile(episodes: Episode[]): Map<string, Episode[]> {
  const found = new Map<string, Episode[]>();
  for (const episode of episodes) {
    if (!found.has(episode.file)) found.set(episode.file, []);
    found.get(episode.file)!.push(episode);
  }
  return found;
}

/**
 * The episodes of a file, their columns read for a run of rows together.
 * @throws BundleError when a row is of another episode or frame, or a vector of another width
 */
export async function* statesOf(
  source: ParquetSource,
  episodes: Episode[],
  info: Info,
  features: string[],
  rowsAtOnce = ROWS_AT_ONCE,
): AsyncGenerator<EpisodeStates> {
  const [first = NaN] = await source.numbers('index', 1, 0, Math.min(1, source.rows));
  const startOf = ({ from }: Episode) => (from === null ? 0 : from - first);
  const waiting = episodes.toSorted((a, b) => startOf(a) - startOf(b));
  const checks = CHECK_COLUMNS.filter((column) => source.columns.has(column));
  while (waiting.length) {
    const from = startOf(waiting[0]);
    const next = waiting.findIndex((episode) => startOf(episode) + episode.length > from + rowsAtOnce);
    const own = waiting.splice(0, next < 0 ? waiting.length : Math.max(1, next));
    const to = Math.max(...own.map((episode) => startOf(episode) + episode.length));
    const until = Math.min(to, source.rows);
    if (!(from >= 0 && from < until)) throw lacking(source.path, own[0], 0);
    // And whose the row behind the last episode is.
    const owners = await source.numbers('episode_index', 1, from, Math.min(to + 1, source.rows));
    const frames = await source.numbers('frame_index', 1, from, until);
    const table: StateColumns = {};
    for (const [column, width] of [
      ...features.map((feature) => [feature, info.features[feature].shape[0]] as const),
      ...checks.map((column) => [column, 1] as const),
    ])
      table[column] = { width, values: await source.numbers(column, width, from, until) };
    for (const episode of own) {
      const start = startOf(episode) - from;
      for (let i = 0; i < episode.length; i++)
        if (owners[start + i] !== episode.index || frames[start + i] !== i)
          throw lacking(source.path, episode, i);
      const part = (column: string) => {
        const { width, values } = table[column];
        return { width, values: values.subarray(start * width, (start + episode.length) * width) };
      };
      yield {
        episode,
        columns: Object.fromEntries(features.map((feature) => [feature, part(feature)])),
        rows: {
          start: from + start,
          nextOwner: owners.at(start + episode.length),
          ...Object.fromEntries(checks.map((column) => [column, part(column).values])),
        },
      };
    }
  }
}

const lacking = (file: string, { index }: Episode, frame: number) =>
  new BundleError(file, `lacks frame ${frame} of episode ${index}: export the dataset anew`);

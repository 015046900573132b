/** The statistics that LeRobot keeps of every episode, held against the rows: they notice almost any changed number. */
import { BundleError } from './bundleError.ts';
import type { FileTree } from './fileTree.ts';
import type { StateColumn, StateColumns } from './mappedState.ts';
import type { ParquetSource } from './parquetSource.ts';

const STATISTICS = ['min', 'max', 'mean'] as const;
/** Shares of the greatest magnitude: LeRobot takes means in float32. */
const TOLERANCE = { min: 1e-5, max: 1e-5, mean: 1e-4 };
/** Where more differ the statistics are of other data, as after an edit by hand. */
const MOST_DAMAGED = 0.25;

type Statistic = (typeof STATISTICS)[number];
type FeatureStatistics = Partial<Record<Statistic, number[]>>;
/** By episode and feature. */
export type EpisodeStatistics = Map<number, Record<string, FeatureStatistics>>;

/** Of version 2.1: meta/episodes_stats.jsonl, already parsed. */
export function statisticsOfLines(lines: Record<string, unknown>[]): EpisodeStatistics {
  return new Map(
    lines.map(({ episode_index, stats }) => [
      Number(episode_index),
      (stats ?? {}) as Record<string, FeatureStatistics>,
    ]),
  );
}

/** Of version 3.0: stats/<feature>/<statistic> in meta/episodes. @throws BundleError when they cannot be read */
export async function statisticsOfTables(
  { tree, root }: { tree: FileTree; root: string },
  open: (path: string) => Promise<ParquetSource>,
  features: string[],
): Promise<EpisodeStatistics> {
  const found: EpisodeStatistics = new Map();
  const folder = `${root}meta/episodes/`;
  for (const path of tree.paths().filter((name) => name.startsWith(folder) && name.endsWith('.parquet'))) {
    const source = await open(path);
    const named = features
      .flatMap((feature) => STATISTICS.map((key) => ({ feature, key, column: `stats/${feature}/${key}` })))
      .filter(({ column }) => source.columns.has(column));
    if (!named.length) continue;
    const table = await source.read(['episode_index', ...named.map(({ column }) => column)]);
    for (const [i, index] of table.episode_index.entries()) {
      const own: Record<string, FeatureStatistics> = {};
      for (const { feature, key, column } of named)
        (own[feature] ??= {})[key] = table[column][i] as number[] | undefined;
      found.set(Number(index), own);
    }
  }
  return found;
}

/** Counts where rows and statistics part. */
export class StatisticsCheck {
  private compared = 0;
  private readonly parted: { file: string; reason: string }[] = [];

  constructor(private readonly statistics: EpisodeStatistics) {}

  add(file: string, episode: number, columns: StateColumns): void {
    const own = this.statistics.get(episode) ?? {};
    for (const [feature, column] of Object.entries(columns))
      for (let j = 0; j < column.width; j++) {
        const found = describe(column, j);
        const magnitude = Math.max(Math.abs(found.min), Math.abs(found.max), 1e-3);
        const other = STATISTICS.filter((key) => {
          const said = own[feature]?.[key]?.[j];
          if (said === undefined) return false;
          this.compared++;
          return !(Math.abs(Number(said) - found[key]) <= TOLERANCE[key] * magnitude);
        });
        if (!other.length) continue;
        const [key] = other;
        const said = `${found[key].toPrecision(6)} as the ${key} of ${feature}[${j}]`;
        this.parted.push({
          file,
          reason: `has ${said} in episode ${episode} where its statistics say ${own[feature][key]![j]}`,
        });
      }
  }

  /** Whether there was anything to compare with. */
  get any(): boolean {
    return this.compared > 0;
  }

  /** @throws BundleError where few part */
  remarks(): string[] {
    if (!this.parted.length) return [];
    const [{ file, reason }] = this.parted;
    if (this.parted.length <= Math.max(1, (MOST_DAMAGED * this.compared) / STATISTICS.length))
      throw new BundleError(file, `${reason}: one is damaged, take the dataset from its source again`);
    return ['The statistics of most episodes are not those of their rows: damage could not be told by them.'];
  }
}

function describe({ values, width }: StateColumn, j: number): Record<Statistic, number> {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let k = j; k < values.length; k += width) {
    min = Math.min(min, values[k]);
    max = Math.max(max, values[k]);
    sum += values[k];
  }
  return { min, max, mean: sum / (values.length / width) };
}

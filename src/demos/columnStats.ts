/** What LeRobot keeps of every feature in meta/stats.json and, an episode at a time, in meta/episodes. */
import type { Column } from './parquetTable.ts';

/** Shares of the rows that lie at or under LeRobot's q01 to q99. */
export const QUANTILES = { q01: 0.01, q10: 0.1, q50: 0.5, q90: 0.9, q99: 0.99 };

/** Of each element of a vector: number[]; of each channel of a picture: [channels, 1, 1]. `count` is one number. */
export type FeatureStats = Record<string, number[] | number[][][]>;

/**
 * Statistics of every numeric column, element by element, of the values as they are stored (float32 or int64): min,
 * max, mean, std (of the population), count of rows, and quantiles by linear interpolation, as numpy.quantile.
 */
export function columnStats(columns: Column[]): Record<string, FeatureStats> {
  const numeric = columns.flatMap(({ name, kind, rows }) => {
    if (kind === 'floats') return [{ name, rows: rows.map((row) => row.map(Math.fround)) }];
    if (kind === 'float') return [{ name, rows: rows.map((value) => [Math.fround(value)]) }];
    if (kind === 'int64') return [{ name, rows: rows.map((value) => [value]) }];
    return [];
  });
  return Object.fromEntries(numeric.map(({ name, rows }) => [name, describe(rows)]));
}

function describe(rows: number[][]): FeatureStats {
  const elements = rows[0].map((_, j) => Float64Array.from(rows, (row) => row[j]).sort());
  const average = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = elements.map(average);
  return {
    min: elements.map((sorted) => sorted[0]),
    max: elements.map((sorted) => sorted[sorted.length - 1]),
    mean,
    std: elements.map((values, j) => Math.sqrt(average(values.map((value) => (value - mean[j]) ** 2)))),
    count: [rows.length],
    ...Object.fromEntries(
      Object.entries(QUANTILES).map(([name, share]) => [
        name,
        elements.map((sorted) => quantile((i) => sorted[i], sorted.length, share)),
      ]),
    ),
  };
}

/** @param at the i-th smallest of `count` values */
export function quantile(at: (i: number) => number, count: number, share: number): number {
  const place = share * (count - 1);
  const below = Math.floor(place);
  const [low, high] = [at(below), at(Math.min(below + 1, count - 1))];
  return low + (place - below) * (high - low);
}

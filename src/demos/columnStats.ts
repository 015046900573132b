import type { Column } from './parquetTable.ts';

/** Minimum, maximum, mean, standard deviation and count of every numeric column, element by element. */
export function columnStats(columns: Column[]): Record<string, Record<string, number[]>> {
  const numeric = columns.flatMap(({ name, kind, rows }) => {
    if (kind === 'floats') return [{ name, rows }];
    if (kind === 'float' || kind === 'int64') return [{ name, rows: rows.map((value) => [value]) }];
    return [];
  });
  return Object.fromEntries(numeric.map(({ name, rows }) => [name, describe(rows)]));
}

function describe(rows: number[][]): Record<string, number[]> {
  const over = (combine: (sum: number, value: number, j: number) => number, start: number) =>
    rows[0].map((_, j) => rows.reduce((sum, values) => combine(sum, values[j], j), start));
  const mean = over((sum, value) => sum + value, 0).map((sum) => sum / rows.length);
  return {
    min: over((least, value) => Math.min(least, value), Infinity),
    max: over((most, value) => Math.max(most, value), -Infinity),
    mean,
    std: over((sum, value, j) => sum + (value - mean[j]) ** 2, 0).map((sum) => Math.sqrt(sum / rows.length)),
    count: [rows.length],
  };
}

import { leaves } from '../leaves.ts';

export interface Difference {
  /** Where the value sits, e.g. "optimizer.learning_rate". */
  path: string;
  /** As written, one a configuration; a dash where it has none. */
  values: string[];
}

/** In what configurations differ, value by value. */
export function differences(configs: object[]): Difference[] {
  const flat = configs.map(
    (config) => new Map(leaves(config).map(([path, value]) => [path, written(value)])),
  );
  const paths = [...new Set(flat.flatMap((leaf) => [...leaf.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((leaf) => leaf.get(path) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

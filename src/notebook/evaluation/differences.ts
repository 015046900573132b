export interface Difference {
  /** Where the value sits, e.g. "optimizer.learning_rate". */
  path: string;
  /** As written, one a configuration; a dash where it has none. */
  values: string[];
}

/** In what configurations differ, value by value. */
export function differences(configs: object[]): Difference[] {
  const flat = configs.map((config) => new Map(leaves(config, '')));
  const paths = [...new Set(flat.flatMap((leaf) => [...leaf.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((leaf) => leaf.get(path) ?? '–') }))
    .filter(({ values }) => new Set(values).size > 1);
}

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key));
}

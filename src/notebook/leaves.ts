/** Values of nested objects by their path, "optimizer.learning_rate"; lists are values. */
export function leaves(value: object, path = ''): [path: string, value: unknown][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, unknown][] => {
    const place = path ? `${path}.${key}` : key;
    const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return nested ? leaves(inner, place) : [[place, inner]];
  });
}

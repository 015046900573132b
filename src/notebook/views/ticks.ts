/** Round numbers that divide a range: 1, 2 or 5 times a power of ten apart. */

/** @param most how many there is room for, at least 2. @param whole steps are whole numbers. */
export function ticks(low: number, high: number, most: number, whole = false): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fit = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough * 0.999)!;
  const size = whole ? Math.max(1, fit) : fit;
  const first = Math.ceil(low / size - 1e-9);
  const count = Math.floor(high / size + 1e-9) - first;
  return Array.from({ length: count + 1 }, (_, i) => (first + i) * size);
}

/** With as many digits as tell neighbours apart. */
export function tickWords(values: number[]): string[] {
  const apart = values.length > 1 ? Math.abs(values[1] - values[0]) : Math.abs(values[0]) || 1;
  const largest = Math.max(...values.map(Math.abs));
  if (largest >= 1e5 || (largest > 0 && largest < 1e-3))
    return values.map((v) => (v === 0 ? '0' : String(Number(v.toPrecision(3)).toExponential())));
  const digits = Math.max(0, -Math.floor(Math.log10(apart) + 1e-9));
  return values.map((v) => v.toFixed(digits).replace(/^-(0\.?0*)$/, '$1'));
}

/**
 * Thins a curve to what its pixels can show: of all values that fall into a column the lowest and the highest, in their
 * order, so that no spike is lost. First and last value stay.
 * @param columns how many; a curve of at most twice as many values is left as it is.
 * @returns the places kept, rising; places without a finite value are dropped.
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, columns: number): number[] {
  let [first, last] = [0, y.length - 1];
  while (first < y.length && !Number.isFinite(y[first])) first++;
  while (last > first && !Number.isFinite(y[last])) last--;
  const kept: number[] = [];
  if (last - first < 2 * columns) {
    for (let i = first; i <= last; i++) if (Number.isFinite(y[i])) kept.push(i);
    return kept;
  }
  kept.push(first);
  const scale = columns / (x[last] - x[first]);
  let [column, low, high] = [0, first, first];
  for (let i = first; i <= last; i++) {
    if (!Number.isFinite(y[i])) continue;
    const at = Math.min(columns - 1, Math.floor((x[i] - x[first]) * scale));
    if (at !== column) {
      keep(kept, low, high);
      [column, low, high] = [at, i, i];
    } else if (y[i] < y[low]) low = i;
    else if (y[i] > y[high]) high = i;
  }
  keep(kept, low, high);
  if (kept[kept.length - 1] !== last) kept.push(last);
  return kept;
}

function keep(kept: number[], low: number, high: number): void {
  for (const place of low < high ? [low, high] : [high, low])
    if (place > kept[kept.length - 1]) kept.push(place);
}

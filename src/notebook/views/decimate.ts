/**
 * Thins a curve to what its pixels can show: of all values that fall into a column the lowest and the highest, in their
 * order, so that no spike is lost. First and last value stay.
 * @param columns how many; a curve of at most twice as many values is left as it is.
 * @returns the places kept, rising; places without a finite value are dropped.
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, columns: number): number[] {
  const places: number[] = [];
  for (let i = 0; i < y.length; i++) if (Number.isFinite(y[i])) places.push(i);
  if (places.length <= 2 * columns) return places;
  const first = x[places[0]];
  const scale = columns / (x[places[places.length - 1]] - first);
  const kept: number[] = [places[0]];
  let [column, low, high] = [0, places[0], places[0]];
  for (const place of places) {
    const at = Math.min(columns - 1, Math.floor((x[place] - first) * scale));
    if (at !== column) {
      keep(kept, low, high);
      [column, low, high] = [at, place, place];
    } else if (y[place] < y[low]) low = place;
    else if (y[place] > y[high]) high = place;
  }
  keep(kept, low, high);
  const last = places[places.length - 1];
  if (kept[kept.length - 1] !== last) kept.push(last);
  return kept;
}

function keep(kept: number[], low: number, high: number): void {
  for (const place of low < high ? [low, high] : [high, low])
    if (place > kept[kept.length - 1]) kept.push(place);
}

/** Values that are said twice, held against each other: where nearly all agree, the few that do not are damaged. */

/** Share of the frames that may be damaged; where more disagree, the data never had the relation. */
const MOST_DAMAGED = 0.1;
/** Of fewer frames nobody can say which is the odd one. */
const LEAST_FRAMES = 3;

/** Of so many cases; where more fail there are none. */
export function mostExceptions(count: number): number {
  return count < LEAST_FRAMES ? 0 : Math.max(1, Math.floor(count * MOST_DAMAGED));
}

/** Numbers of the cases in which a relation fails that holds in nearly all others; none where it fails often. */
export function exceptions(count: number, holds: (i: number) => boolean): number[] {
  const most = mostExceptions(count);
  const failing: number[] = [];
  for (let i = 0; i < count; i++) if (!holds(i) && failing.push(i) > most) return [];
  return failing;
}

/** The frames whose vector differs from what nearly all others have. */
export function oddOnesOut(rows: ArrayLike<number>[], tolerance: number): number[] {
  const [first, middle, last] = [0, rows.length >> 1, rows.length - 1].map((at) =>
    exceptions(rows.length, (i) => areClose(rows[i], rows[at], tolerance)),
  );
  return [first, middle, last].find((odd) => odd.length) ?? [];
}

export function areClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) <= tolerance)) return false;
  return true;
}

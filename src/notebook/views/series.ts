/** What a curve shows. */

export interface Series {
  label: string;
  /** A custom property of the theme, e.g. "--reward". */
  colour: string;
  /** As in SVG's stroke-dasharray; solid without it. */
  dash?: string;
  /** Steps, rising. */
  x: ArrayLike<number>;
  /** One a step; NaN where the step has no value. */
  y: ArrayLike<number>;
  /** 95 % intervals: the series is drawn as points with whiskers. */
  low?: ArrayLike<number>;
  high?: ArrayLike<number>;
}

/** The place of the last x that is at most `step`; -1 before the first. */
export function placeOf(x: ArrayLike<number>, step: number): number {
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The value at exactly this step; NaN without one. */
export function valueAt({ x, y }: Series, step: number): number {
  const place = placeOf(x, step);
  return place >= 0 && x[place] === step ? y[place] : NaN;
}

/** The nearest step that a series has; null where there is none. */
export function nearestStep(series: Series[], wanted: number): number | null {
  let nearest: number | null = null;
  for (const { x } of series) {
    const place = placeOf(x, wanted);
    for (const step of [x[place], x[place + 1]])
      if (step !== undefined && (nearest === null || Math.abs(step - wanted) < Math.abs(nearest - wanted)))
        nearest = step;
  }
  return nearest;
}

/** The next step that a series has, or the one before; null past the ends. */
export function stepBeside(series: Series[], step: number, side: 'before' | 'after'): number | null {
  const steps = series.flatMap(({ x }) => {
    const place = placeOf(x, step);
    const beside = side === 'after' ? x[place + 1] : x[x[place] === step ? place - 1 : place];
    return beside === undefined ? [] : [beside];
  });
  if (!steps.length) return null;
  return side === 'after' ? Math.min(...steps) : Math.max(...steps);
}

/** The first and the last step of all; null where there is none. */
export function stepRange(series: Series[]): { first: number; last: number } | null {
  const filled = series.filter(({ x }) => x.length);
  if (!filled.length) return null;
  return {
    first: Math.min(...filled.map(({ x }) => x[0])),
    last: Math.max(...filled.map(({ x }) => x[x.length - 1])),
  };
}

/** The values of a step, for those who do not see the curve. */
export function describeStep(series: Series[], step: number): string {
  const values = series.flatMap((s) => {
    const value = valueAt(s, step);
    return Number.isFinite(value) ? `${s.label} ${round(value)}` : [];
  });
  return `step ${step}: ${values.join('; ') || 'no value'}`;
}

/** What a key lists: series of one label, such as a run's rollouts and its held-out numbers, are told by the first. */
export function keyed(series: Series[]): Series[] {
  return series.filter(({ label }, i) => series.findIndex((other) => other.label === label) === i);
}

/** One sentence for those who do not see the curve. */
export function describeSeries(title: string, series: Series[]): string {
  const parts = series.flatMap((s) => {
    const known = ends(s);
    if (!known) return [];
    const [first, last] = known;
    return `${s.label} from ${round(s.y[first])} at step ${s.x[first]} to ${round(s.y[last])} at step ${s.x[last]}`;
  });
  return parts.length ? `${title}: ${parts.join('; ')}` : `${title}: no steps yet`;
}

function ends({ y }: Series): [first: number, last: number] | null {
  let [first, last] = [0, y.length - 1];
  while (first < y.length && !Number.isFinite(y[first])) first++;
  while (last >= 0 && !Number.isFinite(y[last])) last--;
  return first <= last ? [first, last] : null;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

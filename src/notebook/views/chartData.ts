/** Series of different steps on one axis, as uPlot wants them. */

export interface Series {
  label: string;
  /** A custom property of the theme, e.g. "--reward". */
  colour: string;
  dashed?: boolean;
  /** Rising. */
  x: number[];
  y: (number | null)[];
  /** 95 % intervals, drawn as whiskers at marked points. */
  low?: number[];
  high?: number[];
}

/** [all x, then each series' y with null where it has none]. */
export function alignSeries(series: Series[]): [number[], ...(number | null)[][]] {
  const x = [...new Set(series.flatMap((s) => s.x))].sort((a, b) => a - b);
  const columns = series.map((s) => {
    const at = new Map(s.x.map((value, i) => [value, s.y[i]]));
    return x.map((value) => {
      const y = at.get(value);
      return y != null && Number.isFinite(y) ? y : null;
    });
  });
  return [x, ...columns];
}

/** One sentence for those who do not see the curve. */
export function describeSeries(title: string, series: Series[]): string {
  const parts = series
    .filter((s) => s.x.length > 0)
    .map((s) => {
      const last = s.y.at(-1);
      const first = s.y[0];
      return `${s.label} from ${round(first)} at step ${s.x[0]} to ${round(last)} at step ${s.x.at(-1)}`;
    });
  return parts.length ? `${title}: ${parts.join('; ')}` : `${title}: no steps yet`;
}

function round(value: number | null | undefined): string {
  return value == null ? 'nothing' : String(Number(value.toPrecision(3)));
}

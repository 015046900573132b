/** Where everything of a curve lies: one answer for the page and for the files that are downloaded. */
import { decimate } from './decimate.ts';
import type { Series } from './series.ts';
import { tickWords, ticks } from './ticks.ts';

export interface Plot {
  width: number;
  height: number;
  /** Pixels of the area between the axes. */
  area: { left: number; right: number; top: number; bottom: number };
  /** Of a step, and of a value, in pixels. */
  x: (step: number) => number;
  y: (value: number) => number;
  /** Which step is at this pixel, not rounded. */
  stepAt: (pixel: number) => number;
  steps: Tick[];
  values: Tick[];
  lines: { label: string; colour: string; dash: string | null; path: string }[];
  points: { colour: string; x: number; y: number; low: number; high: number }[];
}

export interface Tick {
  at: number;
  words: string;
}

const EDGE = { left: 46, right: 10, top: 8, bottom: 22 };
/** Points of neighbouring series keep so many pixels apart, all of a step no more than so many. */
const ASIDE = { each: 7, all: 16 };

/** @param range fixed range of the values, else what they need. */
export function plotOf(
  series: Series[],
  width: number,
  height: number,
  range: [number, number] | null = null,
): Plot {
  const area = { left: EDGE.left, right: width - EDGE.right, top: EDGE.top, bottom: height - EDGE.bottom };
  const room = Math.max(1, area.right - area.left);
  const kept = series.map((s) => (s.low ? all(s.x.length) : decimate(s.x, s.y, Math.ceil(room / 2))));
  const last = Math.max(5, ...series.map((s) => s.x[s.x.length - 1] ?? 0));
  const [low, high] = range ?? valueRange(series, kept);
  const x = (step: number) => area.left + (room * step) / last;
  const y = (value: number) => area.bottom - ((area.bottom - area.top) * (value - low)) / (high - low);
  const stepTicks = ticks(0, last, Math.max(2, Math.floor(room / 70)), true);
  const valueTicks = ticks(low, high, 4);
  const valueWords = tickWords(valueTicks);
  return {
    width,
    height,
    area,
    x,
    y,
    stepAt: (pixel) => ((pixel - area.left) * last) / room,
    steps: stepTicks.map((step) => ({ at: x(step), words: step.toLocaleString('en') })),
    values: valueTicks.map((value, i) => ({ at: y(value), words: valueWords[i] })),
    lines: series.map((s, i) => ({
      label: s.label,
      colour: s.colour,
      dash: s.dash ?? null,
      path: pathOf(s, kept[i], x, y),
    })),
    points: [...pointsOf(series, x, y), ...lonePoints(series, kept, x, y)],
  };
}

function all(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** A little more than what is there; never below 0 where nothing is. */
function valueRange(series: Series[], kept: number[][]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  series.forEach((s, i) => {
    for (const place of kept[i]) {
      const [down, up] = [s.low?.[place] ?? s.y[place], s.high?.[place] ?? s.y[place]];
      if (down < low) low = down;
      if (up > high) high = up;
    }
  });
  if (!(low <= high)) return [0, 1];
  const space = (high - low || Math.abs(high) || 1) * 0.12;
  return [low >= 0 ? Math.max(0, low - space) : low - space, high + space];
}

function pathOf(
  s: Series,
  kept: number[],
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  for (const place of kept)
    if (Number.isFinite(s.y[place]))
      path += `${path ? 'L' : 'M'}${x(s.x[place]).toFixed(1)} ${y(s.y[place]).toFixed(1)}`;
  return path;
}

/** A line of one value is none: it is drawn as a point. */
function lonePoints(
  series: Series[],
  kept: number[][],
  x: (step: number) => number,
  y: (value: number) => number,
): Plot['points'] {
  return series.flatMap((s, i) => {
    if (s.low || kept[i].length !== 1) return [];
    const [place] = kept[i];
    const at = y(s.y[place]);
    return { colour: s.colour, x: x(s.x[place]), y: at, low: at, high: at };
  });
}

function pointsOf(
  series: Series[],
  x: (step: number) => number,
  y: (value: number) => number,
): Plot['points'] {
  const marked = series.filter((s) => s.low && s.high);
  const aside = Math.min(ASIDE.each, ASIDE.all / marked.length);
  return marked.flatMap((s, i) =>
    all(s.x.length).flatMap((place) =>
      Number.isFinite(s.y[place])
        ? {
            colour: s.colour,
            x: x(s.x[place]) + (i - (marked.length - 1) / 2) * aside,
            y: y(s.y[place]),
            low: y(s.low![place]),
            high: y(s.high![place]),
          }
        : [],
    ),
  );
}

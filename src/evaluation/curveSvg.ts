/** Learning curves of several seeds as a picture for a README. */

export interface Curve {
  label: string;
  colour: string;
  /** One array of points a seed: [step, share]. */
  seeds: [step: number, share: number][][];
  /** Dots with a line between them instead of a smoothed line. */
  dots: boolean;
}

const WIDTH = 720;
const HEIGHT = 360;
const PLOT = { left: 52, right: 16, top: 44, bottom: 40 };
/** Rollout shares are noisy: the thick line is their mean over seeds and so many steps. */
const SMOOTHING = 5;

/** Shares from 0 to 1 over steps: each seed thin, the mean of the seeds thick. Readable on light and dark. */
export function curveSvg(curves: Curve[]): string {
  const last = Math.max(1, ...curves.flatMap(({ seeds }) => seeds.flat().map(([step]) => step)));
  const x = (step: number) => PLOT.left + (step / last) * (WIDTH - PLOT.left - PLOT.right);
  const y = (share: number) => HEIGHT - PLOT.bottom - share * (HEIGHT - PLOT.top - PLOT.bottom);
  const at = ([step, share]: [number, number]) => `${x(step).toFixed(1)},${y(share).toFixed(1)}`;
  const line = (points: [number, number][], colour: string, width: number, opacity: number) =>
    `<polyline points="${points.map(at).join(' ')}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}"/>`;
  const drawn = curves.flatMap(({ colour, seeds, dots }) => {
    const mean = meanOfSeeds(seeds);
    const middle = dots ? mean : smoothed(mean);
    const marks = dots
      ? mean.map((point) => `<circle cx="${at(point).replace(',', '" cy="')}" r="4" fill="${colour}"/>`)
      : [];
    return [...seeds.map((points) => line(points, colour, 1, 0.35)), line(middle, colour, 2.5, 1), ...marks];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Learning curves: ${curves.map(({ label }) => label).join(', ')}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(share)}" y2="${y(share)}" stroke="#dddddd"/>`,
      `<text x="${PLOT.left - 8}" y="${y(share) + 4}" text-anchor="end" fill="#444444">${share * 100} %</text>`,
    ]),
    ...ticks(last).map(
      (step) =>
        `<text x="${x(step).toFixed(1)}" y="${HEIGHT - PLOT.bottom + 18}" text-anchor="middle" fill="#444444">${step}</text>`,
    ),
    `<text x="${WIDTH - PLOT.right}" y="${HEIGHT - 6}" text-anchor="end" fill="#444444">GRPO step</text>`,
    ...drawn,
    ...curves.map(
      ({ label, colour }, i) =>
        `<text x="${PLOT.left + 220 * i}" y="22" fill="${colour}" font-weight="600">${label}</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

/** At the steps that all seeds have. */
function meanOfSeeds(seeds: [number, number][][]): [number, number][] {
  const [first = [], ...others] = seeds;
  return first.flatMap(([step, share]): [number, number][] => {
    const shares = others.map((points) => points.find(([s]) => s === step)?.[1]);
    if (shares.includes(undefined)) return [];
    return [[step, [share, ...(shares as number[])].reduce((sum, s) => sum + s, 0) / seeds.length]];
  });
}

function smoothed(points: [number, number][]): [number, number][] {
  const reach = Math.floor(SMOOTHING / 2);
  return points.map(([step], i) => {
    const near = points.slice(Math.max(0, i - reach), i + reach + 1);
    return [step, near.reduce((sum, [, share]) => sum + share, 0) / near.length];
  });
}

function ticks(last: number): number[] {
  const stride = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((s) => last / s <= 8) ?? last;
  return Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
}

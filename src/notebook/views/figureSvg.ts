/** Curves as one SVG document, as the page draws them; colours in place of the theme's names. */
import { plotOf, type Plot } from './plot.ts';
import { keyed, type Series } from './series.ts';

export interface Figure {
  title: string;
  series: Series[];
  range?: [number, number] | null;
}

/** Of the theme: custom property to colour. */
export type ColourOf = (name: string) => string;

const [WIDTH, HEIGHT, HEAD, GAP] = [420, 190, 40, 20];
const FONT = 'font-family="Inter, system-ui, sans-serif"';

/** @param columns figures beside one another. */
export function figureSvg(figures: Figure[], colourOf: ColourOf, columns = 3): string {
  const across = Math.min(columns, figures.length);
  const width = across * (WIDTH + GAP) + GAP;
  const height = Math.ceil(figures.length / across) * (HEIGHT + HEAD + GAP) + GAP;
  const parts = figures.map((figure, i) => {
    const left = GAP + (i % across) * (WIDTH + GAP);
    const top = GAP + Math.floor(i / across) * (HEIGHT + HEAD + GAP);
    return `<g transform="translate(${left} ${top})">${one(figure, colourOf)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="${colourOf('--card')}"/>
${parts.join('\n')}
</svg>
`;
}

function one({ title, series, range }: Figure, colourOf: ColourOf): string {
  const plot = plotOf(series, WIDTH, HEIGHT, range ?? null);
  const ink = colourOf('--ink');
  return [
    `<text x="0" y="14" ${FONT} font-size="13" font-weight="600" fill="${ink}">${escape(title)}</text>`,
    series.length > 1 ? key(series, colourOf) : '',
    `<g transform="translate(0 ${HEAD})">`,
    axes(plot, colourOf),
    ...plot.lines.map(
      ({ path, colour, dash }) =>
        `<path d="${path}" fill="none" stroke="${colourOf(colour)}" stroke-width="2" stroke-linejoin="round"${dashed(dash)}/>`,
    ),
    ...plot.points.map(({ colour, x, y, low, high }) => {
      const c = colourOf(colour);
      return `<path d="M${px(x)} ${px(low)}V${px(high)}" stroke="${c}" stroke-width="1.5"/><circle cx="${px(x)}" cy="${px(y)}" r="3.2" fill="${c}"/>`;
    }),
    '</g>',
  ].join('');
}

function key(series: Series[], colourOf: ColourOf): string {
  let left = 0;
  return keyed(series)
    .map(({ label, colour, dash }) => {
      const at = left;
      left += 32 + 6.2 * label.length;
      return `<path d="M${at} 29h18" stroke="${colourOf(colour)}" stroke-width="2.5"${dashed(dash)}/><text x="${at + 23}" y="33" ${FONT} font-size="11" fill="${colourOf('--ink-soft')}">${escape(label)}</text>`;
    })
    .join('');
}

function axes({ area, steps, values }: Plot, colourOf: ColourOf): string {
  const [soft, line] = [colourOf('--ink-soft'), colourOf('--line')];
  const text = `${FONT} font-size="11" fill="${soft}"`;
  return [
    ...values.map(
      ({ at, words }) =>
        `<path d="M${area.left} ${px(at)}H${area.right}" stroke="${line}"/><text x="${area.left - 6}" y="${px(at + 4)}" text-anchor="end" ${text}>${words}</text>`,
    ),
    ...steps.map(
      ({ at, words }) =>
        `<text x="${px(at)}" y="${area.bottom + 16}" text-anchor="middle" ${text}>${words}</text>`,
    ),
  ].join('');
}

function px(value: number): string {
  return String(Number(value.toFixed(1)));
}

function dashed(dash: string | null | undefined): string {
  return dash ? ` stroke-dasharray="${dash}"` : '';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

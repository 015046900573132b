/** The colours of the theme, measured: contrast as WCAG 2.2 counts it, and what is left between them without cones. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = [number, number, number];
const css = readFileSync(new URL('theme.css', import.meta.url), 'utf8');

function colour(name: string, theme: 'light' | 'dark'): Rgb {
  const [, value] = new RegExp(`--${name}: ([^;]+);`).exec(css) ?? [];
  const hex = [...(value ?? '').matchAll(/#([0-9a-f]{6})/g)].map(([, digits]) => digits);
  if (!hex.length) throw new Error(`--${name} is no colour of theme.css`);
  const digits = theme === 'dark' ? hex[hex.length - 1] : hex[0];
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16) / 255) as Rgb;
}

const linear = (rgb: Rgb) => rgb.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as Rgb;
const times = (matrix: number[][], v: Rgb) =>
  matrix.map((row) => row.reduce((sum, m, i) => sum + m * v[i], 0)) as Rgb;

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [a, b]
    .map((c) => linear(c).reduce((sum, x, i) => sum + [0.2126, 0.7152, 0.0722][i] * x, 0))
    .sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const EYES = {
  'all cones': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Ottosson's OKLab. */
function oklab(rgb: Rgb): Rgb {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb,
  ).map((x) => Math.cbrt(Math.max(0, x))) as Rgb;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

function distance(a: Rgb, b: Rgb, eyes: keyof typeof EYES): number {
  const [x, y] = [a, b].map((c) =>
    oklab(times(EYES[eyes], linear(c)).map((v) => Math.min(1, Math.max(0, v))) as Rgb),
  );
  return Math.hypot(...x.map((v, i) => v - y[i]));
}

function closest(names: string[], theme: 'light' | 'dark', eyes: keyof typeof EYES) {
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
  const measured = pairs.map(([a, b]) => ({
    pair: `${a} and ${b}`,
    apart: distance(colour(a, theme), colour(b, theme), eyes),
  }));
  return measured.sort((a, b) => a.apart - b.apart)[0];
}

const CONCEPTS = ['think', 'answer', 'reward', 'advantage', 'stale'];

const ROOM = new URL('.', import.meta.url);
const sources = readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(svelte|ts|css|html)$/.test(file) && !/\.test\.ts$/.test(file) && file !== 'theme.css')
  .sort()
  .map((file) => ({ file, text: readFileSync(new URL(file, ROOM), 'utf8') }));

/** Hex or a colour function, where a value can stand; names such as #each and private methods are none. */
const LITERAL = /(?<=[\s'"`(,:])#[0-9a-f]{3,8}\b(?!\()|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(/gi;

test('a colour that is written out is found', () => {
  const found = (text: string) => text.match(LITERAL) ?? [];
  for (const text of ['stroke: #fff;', `fill="#20242a"`, 'rgb(0 0 0 / 0.4)', 'oklch(0.6 0.1 20)'])
    expect(found(text), text).toHaveLength(1);
  for (const text of [
    '{#each letters as l}',
    'this.#add(mark)',
    'color-mix(in oklab, var(--ink), transparent)',
  ])
    expect(found(text), text).toHaveLength(0);
});

test('no colour is written out but in theme.css', () => {
  const found = sources.flatMap(({ file, text }) => (text.match(LITERAL) ?? []).map((c) => `${file}: ${c}`));
  expect(found).toEqual([]);
});

// A file that joins a list shows the concept itself: no state, no choice, no other curve wears its colour.
test.each<[string, string[]]>([
  [
    'think',
    [
      'cells/LiveGroupView.svelte',
      'lab/TokenGlass.svelte',
      'opening/Opening.svelte',
      'views/Loop.svelte',
      'views/TraceTokens.svelte',
    ],
  ],
  [
    'answer',
    [
      'cells/LiveGroupView.svelte',
      'lab/TokenGlass.svelte',
      'opening/Opening.svelte',
      'views/Loop.svelte',
      'views/TraceTokens.svelte',
    ],
  ],
  [
    'reward',
    [
      'cells/Groups.svelte',
      'dashboard/charts.ts',
      'lab/LabCell.svelte',
      'lab/ResponseCards.svelte',
      'views/Loop.svelte',
      'views/RewardMarks.svelte',
    ],
  ],
  [
    'advantage',
    [
      'lab/EstimatorTable.svelte',
      'lab/ResponseCards.svelte',
      'lab/TokenGlass.svelte',
      'views/Loop.svelte',
      'views/RewardMarks.svelte',
    ],
  ],
  ['stale', ['views/Cell.svelte']],
])('the colour of %s is worn by what shows it, and by nothing else', (concept, wearers) => {
  const worn = new RegExp(`(?:var\\(|')--${concept}(?:-well)?\\b`);
  expect(sources.filter(({ text }) => worn.test(text)).map(({ file }) => file)).toEqual(wearers);
});

test('a mark of a thought on a picture is the colour of think in one theme or the other', () => {
  expect(colour('mark-think', 'light')).toEqual(colour('think', 'dark'));
  expect(colour('mark-think-deep', 'light')).toEqual(colour('think', 'light'));
  expect(colour('mark-right', 'light')).toEqual(colour('good', 'light'));
});

test.each([
  ['mark-light', 'mark-dark'],
  ['mark-light', 'mark-think-deep'],
  ['mark-think', 'mark-dark'],
  ['mark-now', 'mark-dark'],
  ['mark-light', 'mark-right'],
  ['mark-light', 'option-a'],
  ['mark-dark', 'option-b'],
  ['mark-dark', 'option-c'],
  ['mark-dark', 'option-d'],
])('on a picture %s is read on %s', (ink, ground) => {
  expect(contrast(colour(ink, 'light'), colour(ground, 'light'))).toBeGreaterThanOrEqual(4.5);
});

test('around the page the browser wears the colour of the paper', () => {
  const html = readFileSync(new URL('../../index.html', ROOM), 'utf8');
  const worn = [...html.matchAll(/name="theme-color" content="(#[0-9a-f]{6})"/g)].map(([, hex]) => hex);
  expect(css).toContain(`--paper: light-dark(${worn.join(', ')});`);
});

for (const theme of ['light', 'dark'] as const) {
  describe(theme, () => {
    test.each([
      ...['paper', 'card', 'well'].flatMap((ground) =>
        ['ink', 'ink-soft', 'bad', 'good'].map((text) => [text, ground]),
      ),
      ...CONCEPTS.flatMap((concept) =>
        ['paper', 'card', 'well', `${concept}-well`].map((ground) => [concept, ground]),
      ),
      ['bad', 'bad-well'],
    ])('%s is text that can be read on %s', (text, ground) => {
      expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
    });

    test.each(['line-strong', 'focus', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5'])(
      '%s is a line that can be seen on a card',
      (line) => {
        expect(contrast(colour(line, theme), colour('card', theme))).toBeGreaterThanOrEqual(3);
      },
    );

    // A just noticeable difference is about 0.02 in OKLab. All these are told by words or shapes too.
    for (const eyes of Object.keys(EYES) as (keyof typeof EYES)[]) {
      test(`options A to D with ${eyes}`, () => {
        const { pair, apart } = closest(['option-a', 'option-b', 'option-c', 'option-d'], theme, eyes);
        expect(apart, pair).toBeGreaterThan(0.06);
      });
      test(`think, answer, reward, advantage and stale with ${eyes}`, () => {
        const { pair, apart } = closest(CONCEPTS, theme, eyes);
        expect(apart, pair).toBeGreaterThan(0.06);
      });
      test(`runs laid over one another with ${eyes}`, () => {
        const { pair, apart } = closest(['ink', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5'], theme, eyes);
        expect(apart, pair).toBeGreaterThan(0.04);
      });
    }
  });
}

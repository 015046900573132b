/**
 * Pictures of a page, coarse enough to be the same on another machine: letters are smoothed differently there, and a
 * sign that our fonts lack comes from the system's.
 */
import type { Page } from '@playwright/test';
import { decodePng, encodePng, type Pixels } from '../../src/demos/png.ts';

const CELL_PIXELS = 8;
/** Of 255. */
const ALIKE = 20;
/** Of 255 too, in what is kept: finer ones would only make the files larger. */
const SHADE = 12;

/** Code and formulas are set in the system's fonts otherwise. */
const SAME_FONT = `
  * { font-family: Inter, sans-serif !important; line-height: 1.4 !important; caret-color: transparent !important; }
  math { display: none !important; }
`;

/** The whole page, each cell of 8 x 8 pixels one pixel of a PNG, its mean. */
export async function coarsePicture(page: Page): Promise<Buffer> {
  await page.evaluate(() => {
    // What the subset of Inter that comes with the page holds.
    const foreign = /[^\u0000-\u00ff\u2000-\u206f\u2122\u2191\u2193\u2212\u2215]/gu;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode())
      node.textContent = node.textContent!.replace(foreign, 'o');
  });
  // Curves are drawn when they come into view.
  await page.evaluate(async () => {
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
      scrollTo(0, top);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
    }
    scrollTo(0, 0);
  });
  const picture = await page.screenshot({ fullPage: true, animations: 'disabled', style: SAME_FONT });
  return Buffer.from(await encodePng(means(await decodePng('the screenshot', picture))));
}

/** The same in few shades, to be kept. */
export async function fewShades(picture: Buffer): Promise<Buffer> {
  const pixels = await decodePng('a coarse picture', picture);
  const values = pixels.values.map((value) => Math.min(255, SHADE * Math.round(value / SHADE)));
  return Buffer.from(await encodePng({ ...pixels, values }));
}

function means({ width, height, channels, values }: Pixels): Pixels {
  const [across, down] = [Math.ceil(width / CELL_PIXELS), Math.ceil(height / CELL_PIXELS)];
  const sums = new Float64Array(across * down * channels);
  const counts = new Uint8Array(across * down);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor(y / CELL_PIXELS) * across + Math.floor(x / CELL_PIXELS);
      counts[cell]++;
      for (let c = 0; c < channels; c++) sums[cell * channels + c] += values[(y * width + x) * channels + c];
    }
  const mean = Uint8Array.from(sums, (sum, i) => Math.round(sum / counts[Math.floor(i / channels)]));
  return { width: across, height: down, channels, values: mean };
}

export interface Difference {
  /** [width, height, channels] in cells, of either. */
  sizes: [number[], number[]];
  /** How many cells differ in a channel by more than letters do from machine to machine; of equal sizes alone. */
  cells: number;
  /** Of these, from the first to the last, in pixels from the top of the page; null where none differs. */
  rows: [number, number] | null;
}

export async function difference(one: Buffer, other: Buffer): Promise<Difference> {
  const [a, b] = [await decodePng('the picture kept', one), await decodePng('the picture now', other)];
  const different = new Set<number>();
  for (const [i, value] of a.values.entries())
    if (Math.abs(value - b.values[i]) > ALIKE) different.add(Math.floor(i / a.channels));
  const rows = [...different].map((cell) => Math.floor(cell / a.width) * CELL_PIXELS);
  return {
    sizes: [
      [a.width, a.height, a.channels],
      [b.width, b.height, b.channels],
    ],
    cells: different.size,
    rows: rows.length ? [rows[0], rows.at(-1)! + CELL_PIXELS] : null,
  };
}

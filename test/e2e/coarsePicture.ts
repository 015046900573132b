/**
 * Pictures of a page, coarse enough to be the same on another machine: letters are smoothed differently there, and a
 * sign that our fonts lack comes from the system's.
 */
import type { Page } from '@playwright/test';

const CELL_PIXELS = 8;
/** Of 255. */
const ALIKE = 24;

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
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
      scrollTo(0, top);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
    }
    scrollTo(0, 0);
  });
  const picture = await page.screenshot({ fullPage: true, animations: 'disabled', style: SAME_FONT });
  const png = await page.evaluate(
    async ([base64, cell]) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const [width, height] = [Math.ceil(bitmap.width / cell), Math.ceil(bitmap.height / cell)];
      const whole = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      whole.drawImage(bitmap, 0, 0);
      const small = new OffscreenCanvas(width, height);
      const out = new ImageData(width, height);
      for (let y = 0; y < height; y++) {
        const rows = Math.min(cell, bitmap.height - y * cell);
        const { data } = whole.getImageData(0, y * cell, bitmap.width, rows);
        for (let x = 0; x < width; x++) {
          const columns = Math.min(cell, bitmap.width - x * cell);
          for (let channel = 0; channel < 4; channel++) {
            let sum = 0;
            for (let j = 0; j < rows; j++)
              for (let i = 0; i < columns; i++) sum += data[4 * (j * bitmap.width + x * cell + i) + channel];
            out.data[4 * (y * width + x) + channel] = Math.round(sum / (rows * columns));
          }
        }
      }
      small.getContext('2d')!.putImageData(out, 0, 0);
      const encoded = new Uint8Array(await (await small.convertToBlob({ type: 'image/png' })).arrayBuffer());
      return Array.from(encoded, (byte) => String.fromCharCode(byte)).join('');
    },
    [picture.toString('base64'), CELL_PIXELS] as const,
  );
  return Buffer.from(png, 'latin1');
}

export interface Difference {
  /** [width, height] in cells, of either. */
  sizes: [[number, number], [number, number]];
  /** How many cells differ in a channel by more than letters do from machine to machine. */
  cells: number;
  /** Of these, from the first to the last, in pixels from the top of the page; null where none differs. */
  rows: [number, number] | null;
}

export async function difference(page: Page, one: Buffer, other: Buffer): Promise<Difference> {
  return page.evaluate(
    async ([pictures, cell, alike]) => {
      const [a, b] = await Promise.all(
        pictures.map(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
          context.drawImage(bitmap, 0, 0);
          return context.getImageData(0, 0, bitmap.width, bitmap.height);
        }),
      );
      const different: number[] = [];
      const width = Math.min(a.width, b.width);
      for (let y = 0; y < Math.min(a.height, b.height); y++)
        for (let x = 0; x < width; x++)
          for (let channel = 0; channel < 4; channel++) {
            const [p, q] = [a, b].map((image) => image.data[4 * (y * image.width + x) + channel]);
            if (Math.abs(p - q) <= alike) continue;
            different.push(y * cell);
            break;
          }
      return {
        sizes: [a, b].map((image) => [image.width, image.height]) as Difference['sizes'],
        cells: different.length,
        rows: different.length ? ([different[0], different.at(-1)! + cell] as [number, number]) : null,
      };
    },
    [[one.toString('base64'), other.toString('base64')], CELL_PIXELS, ALIKE] as const,
  );
}

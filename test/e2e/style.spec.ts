/** Every part of the page in every state: what it looks like, and what axe says. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { coarsePicture, difference } from './coarsePicture.ts';

/** UPDATE_PICTURES=1 draws them anew: look at what changed before it is committed. */
const UPDATE = process.env.UPDATE_PICTURES === '1';
/** None differ from Debian to Debian, whatever fonts it has; a colour of one concept changed a little makes 36. */
const MOST_CELLS = 8;
const WIDTHS = { wide: 1280, phone: 360 };
/** Other systems set the same letters in other widths, and lines break elsewhere. */
const COMPARED = process.platform === 'linux';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the style page shows every part as it was, ${colorScheme}, and axe finds nothing`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto('./style.html');
    await expect(page.getByRole('img', { name: /^Reward: this run/ })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual(
      [],
    );
    for (const [name, width] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height: 800 });
      const path = fileURLToPath(new URL(`../pictures/style-${name}-${colorScheme}.png`, import.meta.url));
      if (UPDATE) await writeFile(path, await coarsePicture(page));
      if (!COMPARED) continue;
      const before = await readFile(path);
      // A curve that had no time to be drawn is there the next time.
      await expect(async () => {
        const { sizes, cells, rows } = await difference(before, await coarsePicture(page));
        expect(sizes[1], `${name}: cells across and down`).toEqual(sizes[0]);
        const where = rows ? `, between ${rows[0]} and ${rows[1]} pixels from the top` : '';
        expect(cells, `${name}: cells that look different${where}`).toBeLessThanOrEqual(MOST_CELLS);
      }).toPass({ timeout: 30_000 });
    }
    for (const present of ['', 'on']) {
      await page.evaluate((value) => (document.documentElement.dataset.present = value), present);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });
}

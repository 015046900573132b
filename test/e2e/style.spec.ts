/** Every part of the page in every state: what it looks like, and what axe says. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ROOM_NAMES } from '../../src/notebook/style/roomNames.ts';
import { coarsePicture, difference, fewShades } from './coarsePicture.ts';
import { nothingOverflows } from './notebookPage.ts';

/** UPDATE_PICTURES=1 draws them anew: look at what changed before it is committed. */
const UPDATE = process.env.UPDATE_PICTURES === '1';
/** None differ from Debian to Debian, whatever fonts it has; a colour of one concept changed a little makes 36. */
const MOST_CELLS = 8;
const WIDTHS = { wide: 1280, phone: 360 };
/** Cells are made of parts that the other rooms show in the dark; quality.spec.ts asks axe of dark cells. */
const IN_LIGHT_ONLY = /cells$/;
const IN_SPACE = 'scene';
/** Other systems set the same letters in other widths, and lines break elsewhere. */
const COMPARED = process.platform === 'linux';

test.use({ timezoneId: 'UTC', viewport: { width: WIDTHS.wide, height: 800 } });

for (const room of ROOM_NAMES) {
  test(`the style page shows ${room} as it was, and axe finds nothing`, async ({ page }) => {
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`./style.html?room=${room}`);
    await expect(page.getByRole('link', { name: room, exact: true })).toHaveAttribute('aria-current', 'page');
    await page.waitForLoadState('networkidle');
    expect(errors).toEqual([]);
    if (room === IN_SPACE) await drawnAndHidden(page);
    const schemes = IN_LIGHT_ONLY.test(room) ? (['light'] as const) : (['light', 'dark'] as const);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      // Buttons change their colours a moment later than what is around them.
      await page.waitForFunction(() => !document.getAnimations().some((a) => a instanceof CSSTransition));
      await axeFindsNothing(page);
      await looksAsBefore(page, `${room}-wide-${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: WIDTHS.phone, height: 800 });
    await looksAsBefore(page, `${room}-phone-light`);
    for (const present of ['', 'on']) {
      await page.evaluate((value) => (document.documentElement.dataset.present = value), present);
      await nothingOverflows(page, 360);
    }
  });
}

/** A GPU draws otherwise on every machine: that it has drawn is seen here, and the pictures leave it out. */
async function drawnAndHidden(page: Page) {
  await expect(page.locator('canvas')).toHaveCount(5);
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await page.addStyleTag({ content: 'canvas { visibility: hidden }' });
}

async function axeFindsNothing(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

async function looksAsBefore(page: Page, name: string) {
  const path = fileURLToPath(new URL(`../pictures/style-${name}.png`, import.meta.url));
  if (UPDATE) await writeFile(path, await fewShades(await atRest(page)));
  if (!COMPARED) return;
  const before = await readFile(path);
  // What had no time to be drawn is there the next time.
  await expect(async () => {
    const { sizes, cells, rows } = await difference(before, await coarsePicture(page));
    expect(sizes[1], `${name}: cells across and down`).toEqual(sizes[0]);
    const where = rows ? `, between ${rows[0]} and ${rows[1]} pixels from the top` : '';
    expect(cells, `${name}: cells that look different${where}`).toBeLessThanOrEqual(MOST_CELLS);
  }).toPass({ timeout: 30_000 });
}

/** A picture that looks the same the next time. */
async function atRest(page: Page): Promise<Buffer> {
  let last = await coarsePicture(page);
  for (;;) {
    const next = await coarsePicture(page);
    const { sizes, cells } = await difference(last, next);
    if (sizes[0].join() === sizes[1].join() && cells === 0) return next;
    last = next;
  }
}

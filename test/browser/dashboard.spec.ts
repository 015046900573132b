/** Ten thousand steps live: no step that comes in holds the page up. */
import { expect, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { traceTasks } from '../pageTasks.ts';

/** What the platform calls a long task, milliseconds: of the thread itself, since waiting for a core is not the page's doing. */
const LONG = 50;

let server: ViteDevServer;
test.beforeAll(async () => {
  const optimizeDeps = { entries: ['test/browser/dashboard.html'] };
  server = await createServer({ optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
});
test.afterAll(() => server.close());

for (const overlays of [0, 2]) {
  test(`300 steps after ten thousand, ${overlays} runs laid over them`, async ({ page }) => {
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/dashboard.html`);
    await page.waitForFunction(() => 'showDashboard' in globalThis);
    await page.setViewportSize({ width: 1440, height: 1000 });
    await page.evaluate((n) => globalThis.showDashboard(10_000, n), overlays);
    const trace = await traceTasks(page);
    await page.evaluate(() => globalThis.growDashboard(300));
    await expect(page.getByRole('img', { name: /^Reward: .*at step 10300/ })).toBeVisible();
    const tasks = (await trace()).map(({ thread }) => thread);
    console.log(
      `${overlays} overlays: longest task in 300 steps ${Math.max(...tasks).toFixed(0)} ms of the thread`,
    );
    expect(tasks.length).toBeGreaterThan(300);
    expect(tasks.filter((milliseconds) => milliseconds > LONG)).toEqual([]);
    const path = await page.locator('path.curve').first().getAttribute('d');
    expect(path!.split('L').length).toBeLessThan(1500);
  });
}

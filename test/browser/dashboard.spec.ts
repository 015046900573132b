/** Ten thousand steps live: what a further step costs the page. */
import { expect, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';

let server: ViteDevServer;
test.beforeAll(async () => {
  const optimizeDeps = { entries: ['test/browser/dashboard.html'] };
  server = await createServer({ optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
});
test.afterAll(() => server.close());

for (const overlays of [0, 2]) {
  test(`a step after ten thousand, ${overlays} runs laid over it`, async ({ page }) => {
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/dashboard.html`);
    await page.waitForFunction(() => 'growDashboard' in globalThis);
    const taken = await page.evaluate((n) => globalThis.growDashboard(10_000, 60, n), overlays);
    taken.sort((a, b) => a - b);
    console.log(
      `${overlays} overlays: median ${taken[30].toFixed(1)} ms, longest ${taken[59].toFixed(1)} ms`,
    );
    await expect(page.getByRole('img', { name: /^Reward: .*at step 10060/ })).toBeVisible();
    // A long task is one of 50 ms.
    expect(taken[30]).toBeLessThan(50);
    const path = await page.locator('path.curve').first().getAttribute('d');
    expect(path!.split('L').length).toBeLessThan(2500);
  });
}

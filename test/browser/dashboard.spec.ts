/** Ten thousand steps live. What a further step costs the page is printed, not asserted: a busy machine takes its time. */
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
    await page.setViewportSize({ width: 1440, height: 1000 });
    const { taken, longTasks } = await page.evaluate(
      (n) => globalThis.growDashboard(10_000, 60, n),
      overlays,
    );
    taken.sort((a, b) => a - b);
    console.log(
      `${overlays} overlays: a step takes ${taken[30].toFixed(1)} ms (median), ${taken[59].toFixed(1)} ms (longest); ` +
        `long tasks: ${longTasks.map((ms) => ms.toFixed(0)).join(', ') || 'none'}`,
    );
    await expect(page.getByRole('img', { name: /^Reward: .*at step 10060/ })).toBeVisible();
    const path = await page.locator('path.curve').first().getAttribute('d');
    expect(path!.split('L').length).toBeLessThan(1500);
  });
}

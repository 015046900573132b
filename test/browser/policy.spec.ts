import { expect, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { goldenPolicy } from '../golden/tinyCheckpoint.ts';

declare global {
  var tryPolicy: typeof import('./policyPage.ts').tryPolicy;
}

const golden = goldenPolicy();

let server: ViteDevServer;
test.beforeAll(async () => {
  // What only workers import would be found late, and the page reloaded for it.
  const include = ['@huggingface/transformers', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'];
  const optimizeDeps = { entries: ['test/browser/policy.html', 'workers/policy.ts'], include };
  server = await createServer({ optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
});
test.afterAll(() => server.close());

for (const device of ['wasm', 'webgpu'] as const) {
  test(`on ${device} the worker's policy says what Python says`, async ({ page }) => {
    test.setTimeout(240_000);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).protocol === 'https:') elsewhere.push(request.url());
    });
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/policy.html`);
    await page.waitForFunction(() => 'tryPolicy' in globalThis);
    const trial = await page.evaluate(([d, prompt]) => globalThis.tryPolicy(d, prompt), [
      device,
      golden.prompt,
    ] as const);
    expect(trial.ids).toEqual(golden.ids);
    expect(trial.greedy).toEqual(golden.greedy.ids);
    expect(trial.greedyWithAdapter).toEqual(golden.greedy.adapter.ids);
    expect(trial.greedyWithout).toEqual(golden.greedy.ids);
    expect(trial.groupDifference).toBeLessThan(1e-4);
    expect(trial.cancelled).toBe('AbortError');
    expect(trial.stepsUntilCancelled).toBeLessThan(10);
    expect(elsewhere).toEqual([]);
  });
}

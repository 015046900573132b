import { expect, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import { goldenPolicy, goldenAnswers } from '../golden/tinyCheckpoint.ts';

declare global {
  var tryPolicy: typeof import('./policyPage.ts').tryPolicy;
  var tryAskOnly: typeof import('./policyPage.ts').tryAskOnly;
}

const golden = goldenPolicy();
const [qwen] = goldenAnswers('qwen');

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
  test(`on ${device} the worker asks a tiny Qwen2.5-VL by transformers.js, and it says what Python says`, async ({
    page,
  }) => {
    test.setTimeout(240_000);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).protocol === 'https:') elsewhere.push(request.url());
    });
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/policy.html`);
    await page.waitForFunction(() => 'tryAskOnly' in globalThis);
    const trial = await page.evaluate(([d, prompt, png]) => globalThis.tryAskOnly(d, prompt, png), [
      device,
      qwen.prompt,
      qwen.image!,
    ] as const);
    expect(trial.ids).toEqual(qwen.prompt_ids);
    expect(trial.greedy).toEqual(qwen.ids);
    // The graph computes its rotary angles, and WGSL lets a sine or cosine be off by 2^-11; 1.1e-3 was measured.
    const off = device === 'webgpu' ? 2e-3 : 1e-4;
    qwen.logprobs.forEach((x, i) => expect(Math.abs(trial.logprobs[i] - x)).toBeLessThan(off));
    expect(trial.again).toEqual(trial.second);
    expect(trial.cancelled).toBe('AbortError');
    expect(trial.steps).toBeLessThan(10);
    expect(trial.after).toEqual(qwen.ids);
    expect(trial.loaded).toEqual([931_630, 931_630]);
    expect(elsewhere).toEqual([]);
  });
}

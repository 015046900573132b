import { readdirSync, statSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { ViteDevServer } from 'vite';
import { goldenPolicy, goldenAnswers } from '../golden/tinyCheckpoint.ts';
import { serveTestPage } from './devServer.ts';

declare global {
  var tryPolicy: typeof import('./policyPage.ts').tryPolicy;
  var tryAskOnly: typeof import('./policyPage.ts').tryAskOnly;
}

const golden = goldenPolicy();

let server: ViteDevServer;
test.beforeAll(async () => {
  const include = ['@huggingface/transformers', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'];
  server = await serveTestPage('policy', { entries: ['workers/policy.ts'], include });
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

const asked = [
  ['wasm', 'qwen2_5_vl', 'qwen'],
  ['webgpu', 'qwen2_5_vl', 'qwen'],
  ['wasm', 'lfm2_vl', 'lfm2'],
] as const;
for (const [device, type, golden] of asked) {
  test(`on ${device} the worker asks a tiny ${type} by transformers.js, and it says what Python says`, async ({
    page,
  }) => {
    test.setTimeout(240_000);
    const [answer] = goldenAnswers(golden);
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).protocol === 'https:') elsewhere.push(request.url());
    });
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/policy.html`);
    await page.waitForFunction(() => 'tryAskOnly' in globalThis);
    const given = [device, type, answer.prompt, answer.image!] as const;
    const trial = await page.evaluate((all) => globalThis.tryAskOnly(...all), given);
    expect(trial.ids).toEqual(answer.prompt_ids);
    expect(trial.greedy).toEqual(answer.ids);
    // The graph computes its rotary angles, and WGSL lets a sine or cosine be off by 2^-11; 1.1e-3 was measured.
    const off = device === 'webgpu' ? 2e-3 : 1e-4;
    answer.logprobs.forEach((x, i) => expect(Math.abs(trial.logprobs[i] - x)).toBeLessThan(off));
    expect(trial.again).toEqual(trial.second);
    expect(trial.cancelled).toBe('AbortError');
    expect(trial.steps).toBeLessThan(10);
    expect(trial.after).toEqual(answer.ids);
    const graphs = new URL(`../fixtures/tiny-${type}/onnx/`, import.meta.url);
    const bytes = readdirSync(graphs).reduce((sum, name) => sum + statSync(new URL(name, graphs)).size, 0);
    expect(trial.loaded).toEqual([bytes, bytes]);
    expect(elsewhere).toEqual([]);
  });
}

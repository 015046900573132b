import { expect, test } from '@playwright/test';
import type { ViteDevServer } from 'vite';
import { CUT_MODELS } from './cutModels.ts';
import type { ProductCase } from './learnerPage.ts';
import { serveTestPage } from './devServer.ts';

declare global {
  var compareProducts: typeof import('./learnerPage.ts').compareProducts;
  var leak: typeof import('./learnerPage.ts').leak;
  var loseDevice: typeof import('./learnerPage.ts').loseDevice;
  var memory: typeof import('./learnerPage.ts').memory;
  var tryUpdates: typeof import('./learnerPage.ts').tryUpdates;
}

let server: ViteDevServer;
test.beforeAll(async () => {
  const include = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'];
  server = await serveTestPage('learner', { entries: [], include });
});
test.afterAll(() => server.close());

test.beforeEach(async ({ page }) => {
  await page.goto(`${server.resolvedUrls!.local[0]}test/browser/learner.html`);
  await page.waitForFunction(() => 'tryUpdates' in globalThis);
});

const CASES: ProductCase[] = [
  { rows: 70, inputs: 64, outputs: 96, blockSize: 32, zeroPoints: false, rank: 0 },
  { rows: 5, inputs: 72, outputs: 36, blockSize: 32, zeroPoints: true, rank: 8 },
  { rows: 33, inputs: 320, outputs: 40, blockSize: 64, zeroPoints: true, rank: 40 },
  { rows: 1, inputs: 128, outputs: 4, blockSize: 128, zeroPoints: false, rank: 6 },
];
for (const one of CASES)
  test(`4-bit product as in float32: ${JSON.stringify(one)}`, async ({ page }) => {
    const { forward, backward } = await page.evaluate((c) => globalThis.compareProducts(c), one);
    expect(forward).toBeLessThan(1e-5);
    expect(backward).toBeLessThan(1e-5);
  });

const UPDATES = 8;
/** Updates after which the pool of GPU buffers holds all that it will. */
const WARM = 5;
test('updates on 4-bit weights: gradients as in float32, a sixth of the memory, nothing left behind', async ({
  page,
}) => {
  const { blocks, floats } = await page.evaluate((updates) => globalThis.tryUpdates(updates), UPDATES);
  expect(blocks.m.length).toBe(floats.m.length);
  for (const [i, values] of floats.m.entries()) {
    const largest = Math.max(...values.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    const worst = Math.max(...values.map((value, j) => Math.abs(value - blocks.m[i][j])));
    expect(worst / largest).toBeLessThan(1e-4);
  }
  expect(floats.weightBytes / blocks.weightBytes).toBeGreaterThan(6);
  for (const { tensors, bytes, gpuBytes } of [blocks, floats]) {
    expect(tensors.length).toBe(UPDATES);
    expect(new Set(tensors).size).toBe(1);
    expect(new Set(bytes).size).toBe(1);
    expect(gpuBytes[WARM - 1]).toBeGreaterThan(0);
    expect(new Set(gpuBytes.slice(WARM - 1)).size).toBe(1);
  }
});

/** A software GPU takes its time; the bench measures the whole prompt. */
const LONGEST_PROMPT = 200;

for (const whole of CUT_MODELS) {
  const cut = { ...whole, promptLength: Math.min(LONGEST_PROMPT, whole.promptLength) };
  test(`the peak in buffers is estimated within 15 percent: ${JSON.stringify(cut)}`, async ({ page }) => {
    const { measured, estimated } = await page.evaluate((c) => globalThis.memory(c), cut);
    expect(estimated / measured).toBeGreaterThan(0.85);
    expect(estimated / measured).toBeLessThan(1.15);
  });
}

test('a device that is lost ends the update by name, and a learner on a new one goes on from the state before', async ({
  page,
}) => {
  const { error, kept, expected, resumed } = await page.evaluate(() => globalThis.loseDevice());
  expect(error).toBe('DeviceLostError');
  expect(kept).toBe(1);
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - resumed[i])));
  expect(worst / largest).toBeLessThan(1e-5);
});

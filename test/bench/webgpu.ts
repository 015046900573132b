/** Benches of the learner's WebGPU kernels in Chromium; on a software adapter they show the ratio, not the speed. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import type { benchProducts as Bench } from '../browser/learnerPage.ts';
import type { Section } from './table.ts';

declare global {
  var benchProducts: typeof Bench;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of SmolVLM-256M: attention's and the MLP's, at a short prompt. */
const SHAPES: [rows: number, inputs: number, outputs: number][] = [
  [128, 576, 576],
  [128, 576, 1536],
];

/** The product with a weight in 4-bit blocks, and with the same weight in float32. */
export async function products(setup: { executablePath: string; args: string[] }): Promise<Section> {
  const include = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'];
  const optimizeDeps = { entries: ['test/browser/learner.html'], include };
  const server = await createServer({ root: ROOT, optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
  const browser = await chromium.launch(setup);
  try {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/learner.html`);
    await page.waitForFunction(() => 'benchProducts' in globalThis);
    const rows: Section['rows'] = [];
    for (const shape of SHAPES) {
      const time = await page.evaluate((s) => globalThis.benchProducts(...s), shape);
      const name = shape.join(' x ');
      rows.push(
        row(`${name}, forward`, time.fourForward, time.floatForward),
        row(`${name}, backward`, time.fourBackward, time.floatBackward),
        [
          `${name}, weight`,
          `${(time.fourBytes / 1e3).toFixed(0)} KB`,
          `${(time.floatBytes / time.fourBytes).toFixed(1)} times less than in float32; 6 asked`,
        ],
      );
    }
    return { title: "Product with a 4-bit weight on WebGPU, against tfjs's matMul in float32", rows };
  } finally {
    await browser.close();
    await server.close();
  }
}

function row(what: string, seconds: number, float: number): Section['rows'][number] {
  return [
    what,
    `${(seconds * 1000).toFixed(0)} ms`,
    `${(float / seconds).toFixed(2)} times as fast; 1 asked`,
  ];
}

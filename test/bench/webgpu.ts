/** Benches of the learner's WebGPU kernels in Chromium; on a software adapter they show the ratio, not the speed. */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { CUT_MODELS } from '../browser/cutModels.ts';
import type * as LearnerPage from '../browser/learnerPage.ts';
import { equal, type Section } from './table.ts';

declare global {
  var benchProducts: typeof LearnerPage.benchProducts;
  var leak: typeof LearnerPage.leak;
  var memory: typeof LearnerPage.memory;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of SmolVLM-256M: attention's and the MLP's, at a short prompt. */
const SHAPES: [rows: number, inputs: number, outputs: number][] = [
  [128, 576, 576],
  [128, 576, 1536],
];

/** In a page of its own: what tfjs keeps of a device's buffers, the next would find. */
type Evaluate = <A, R>(run: (given: A) => Promise<R>, given: A) => Promise<R>;

/** The learner on WebGPU: its 4-bit products, what many updates leave behind, what one takes. */
export async function webgpu(setup: { executablePath: string; args: string[] }): Promise<Section> {
  const include = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'];
  const optimizeDeps = { entries: ['test/browser/learner.html'], include };
  const server = await createServer({ root: ROOT, optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
  const browser = await chromium.launch(setup);
  const evaluate: Evaluate = async <A, R>(run: (given: A) => Promise<R>, given: A) => {
    const page = await browser.newPage();
    await page.goto(`${server.resolvedUrls!.local[0]}test/browser/learner.html`);
    await page.waitForFunction(() => 'benchProducts' in globalThis);
    const result = (await page.evaluate(run as (given: unknown) => unknown, given as unknown)) as R;
    await page.close();
    return result;
  };
  try {
    const rows = [...(await products(evaluate)), ...(await leak(evaluate)), ...(await memory(evaluate))];
    return {
      title: "Learner on WebGPU: products with a 4-bit weight against tfjs's in float32, memory",
      rows,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The product with a weight in 4-bit blocks, and with the same weight in float32. */
async function products(evaluate: Evaluate): Promise<Section['rows']> {
  const times = await evaluate(async (shapes) => {
    const all = [];
    for (const shape of shapes) all.push(await globalThis.benchProducts(...shape));
    return all;
  }, SHAPES);
  return times.flatMap((time, i) => {
    const name = SHAPES[i].join(' x ');
    return [
      row(`${name}, forward`, time.fourForward, time.floatForward),
      row(`${name}, backward`, time.fourBackward, time.floatBackward),
      [
        `${name}, weight`,
        `${(time.fourBytes / 1e3).toFixed(0)} KB`,
        `${(time.floatBytes / time.fourBytes).toFixed(1)} times less than in float32; 6 asked`,
      ],
    ];
  });
}

const [EARLY, LATE] = [5, 100];

async function leak(evaluate: Evaluate): Promise<Section['rows']> {
  const { tensors, bytes, gpu } = await evaluate(
    ([early, late]) => globalThis.leak(early, late),
    [EARLY, LATE],
  );
  const after = `after ${EARLY} and ${LATE} updates`;
  return [
    [`tensors ${after}`, tensors.join(', '), equal(tensors)],
    [`bytes ${after}`, bytes.join(', '), equal(bytes)],
    [`bytes in use on the GPU ${after}`, gpu!.used.join(', '), equal(gpu!.used)],
    [`bytes allocated on the GPU ${after}`, gpu!.allocated.join(', '), equal(gpu!.allocated)],
  ];
}

async function memory(evaluate: Evaluate): Promise<Section['rows']> {
  const rows: Section['rows'] = [];
  for (const cut of CUT_MODELS) {
    const { measured, estimated, allocated } = await evaluate((c) => globalThis.memory(c), cut);
    rows.push([
      `peak of an update at SmolVLM-256M's width, ${cut.layers} of its layers, ${cut.vocabulary} tokens${cut.entropy_coef ? ', entropy rewarded' : ''}`,
      megabytes(measured),
      `${(100 * Math.abs(estimated / measured - 1)).toFixed(0)} % off the formula's ${megabytes(estimated)}; 15 % allowed; ${megabytes(allocated!)} allocated`,
    ]);
  }
  return rows;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function row(what: string, seconds: number, float: number): Section['rows'][number] {
  return [
    what,
    `${(seconds * 1000).toFixed(0)} ms`,
    `${(float / seconds).toFixed(2)} times as fast; 1 asked`,
  ];
}

// Draws one demonstration a task as eight pictures side by side: docs/tasks/<task>.webp.
// node tools/taskStrips.mjs [--task NAME]... [--seed 3] [--out docs/tasks] [--pictures 8]
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { register } from 'tsx/esm/api';

register();
const { CHROMIUM_FLAGS, chromiumPath, serveSources } = await import('../src/node/record.ts');
const { taskNamed, TASKS } = await import('../src/simulator/tasks/tasks.ts');

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE = 300_000;
const { values } = parseArgs({
  options: {
    task: { type: 'string', multiple: true },
    seed: { type: 'string', default: '3' },
    pictures: { type: 'string', default: '8' },
    quality: { type: 'string', default: '0.8' },
    out: { type: 'string', default: path.join(ROOT, 'docs/tasks') },
  },
});
const tasks = values.task?.map((name) => taskNamed(name).name) ?? TASKS.map(({ name }) => name);
const [seed, pictures, quality] = [values.seed, values.pictures, values.quality].map(Number);

const server = await serveSources();
const browser = await chromium.launch({
  executablePath: chromiumPath(),
  args: CHROMIUM_FLAGS,
  timeout: PATIENCE,
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${server.resolvedUrls.local[0]}record`, { timeout: PATIENCE });
  await mkdir(values.out, { recursive: true });
  for (const task of tasks) {
    const bytes = Buffer.from(await page.evaluate(strip, { task, seed, pictures, quality }), 'base64');
    await writeFile(path.join(values.out, `${task}.webp`), bytes);
    console.log(`${task}: ${(bytes.length / 1000).toFixed(0)} KB`);
  }
} finally {
  await browser.close();
  await server.close();
}

/** In the page: the physics alone tells how long the demonstration is, then its pictures are drawn evenly. */
async function strip({ task, seed, pictures, quality }) {
  const { recordSeed } = await import('/src/simulator/recordPage.ts');
  const wasm = '/node_modules/@mujoco/mujoco/mujoco.wasm';
  const request = { task, seed, mime: 'image/png' };
  const first = await recordSeed({ ...request, every: 10_000 }, wasm);
  if (!first) throw new Error(`${task}: the expert fails on seed ${seed}, choose another`);
  const every = Math.max(1, Math.floor((first.demonstration.length - 1) / (pictures - 1)));
  const { frames } = await recordSeed({ ...request, every }, wasm);
  const images = await Promise.all(
    frames.slice(0, pictures).map(async ([, text]) => {
      const png = await (await fetch(`data:image/png;base64,${text}`)).blob();
      return createImageBitmap(png);
    }),
  );
  const [{ width, height }] = images;
  const canvas = new OffscreenCanvas(width * images.length, height);
  const pen = canvas.getContext('2d');
  images.forEach((image, i) => pen.drawImage(image, i * width, 0));
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
}

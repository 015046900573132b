import { expect, test } from '@playwright/test';
import { createServer, type ViteDevServer } from 'vite';
import goldens from '../fixtures/formats.json' with { type: 'json' };
import { fixture, unzipped } from '../fixtures/fixture.ts';
import { decodePng } from '../../src/demos/png.ts';

declare global {
  var tryHdf5: typeof import('./demosPage.ts').tryHdf5;
  var tryVideo: typeof import('./demosPage.ts').tryVideo;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

let server: ViteDevServer;
test.beforeAll(async () => {
  // What only workers import would be found late, and the page reloaded for it.
  const include = ['mediabunny', 'h5wasm', 'comlink', '@zip.js/zip.js', 'hyparquet', 'valibot'];
  const optimizeDeps = { entries: ['test/browser/demos.html', 'workers/demos.ts'], include };
  server = await createServer({ optimizeDeps, server: { hmr: false }, logLevel: 'error' });
  await server.listen();
});
test.afterAll(() => server.close());

test.beforeEach(async ({ page }) => {
  test.setTimeout(400_000);
  await page.goto(`${server.resolvedUrls!.local[0]}test/browser/demos.html`);
  await page.waitForFunction(() => 'tryVideo' in globalThis, null, { timeout: 200_000 });
});

test('HDF5 is read in the worker as h5py wrote it', async ({ page }) => {
  const read = await page.evaluate((file) => globalThis.tryHdf5(file), base64(fixture('robomimic.hdf5')));
  const [golden] = goldens.robomimic;
  expect(read.length).toBe(golden.length);
  expect(read.x).toBeCloseTo(golden.gripperPose[0], 9);
  const { values } = await decodePng('agentview', Uint8Array.from(read.picture));
  expect(Array.from(values)).toEqual(golden.pictures['agentview/0']);
});

test('frames of mp4 video are decoded in the worker, each the one asked for', async ({ page }) => {
  const files = await unzipped(fixture('lerobot_v21.zip'));
  const info = new TextDecoder()
    .decode(files['meta/info.json'])
    .replace('"dtype": "image"', '"dtype": "video"');
  files['meta/info.json'] = new TextEncoder().encode(info);
  const videos = [0, 1, 2].map(
    (k) => `videos/chunk-00${k >> 1}/observation.images.top/episode_00000${k}.mp4`,
  );
  const given = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, base64(bytes)]));
  const frames = [0, 3, 4, 1];
  const { colours, remarks, refusal } = await page.evaluate(
    ([f, v, wanted]) => globalThis.tryVideo(f, v, wanted),
    [given, videos, frames] as const,
  );
  for (const [i, frame] of frames.entries())
    for (const value of colours[i]) expect(Math.abs(value - 20 * frame)).toBeLessThan(6);
  expect(remarks.join()).not.toContain('only the page');
  expect(refusal).toMatch(/^videos\/chunk-000\/.*episode_000000\.mp4: /);
});

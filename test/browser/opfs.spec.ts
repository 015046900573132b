import { expect, test, type Page } from '@playwright/test';
import type { ViteDevServer } from 'vite';
import { serveTestPage } from './devServer.ts';

declare global {
  var files: typeof import('./opfsPage.ts').files;
  var others: typeof import('./opfsPage.ts').others;
}

let server: ViteDevServer;
test.beforeAll(async () => {
  server = await serveTestPage('opfs', { entries: ['test/browser/opfsWorker.ts'] });
});
test.afterAll(() => server.close());

test.beforeEach(async ({ page }) => {
  await page.goto(`${server.resolvedUrls!.local[0]}test/browser/opfs.html`);
  await page.waitForFunction(() => 'files' in globalThis);
});

const write = (page: Page, path: string, from: number | null, ...pieces: number[][]) =>
  page.evaluate(([p, f, all]) => globalThis.files.write(p, f, all), [path, from, pieces] as const);
const read = (page: Page, path: string) => page.evaluate((p) => globalThis.files.read(p), path);
const list = (page: Page, folder: string) =>
  page.evaluate(async (f) => {
    const found = await globalThis.files.list(f);
    return found.map(({ path, size }) => `${path} ${size}`).sort();
  }, folder);

test('files are written in pieces, gone on with, listed, read after a reload, and removed', async ({
  page,
}) => {
  expect(await read(page, 'models/a/config.json')).toBe(null);
  expect(await list(page, 'models/')).toEqual([]);
  await page.evaluate(() => globalThis.files.remove('models/nothing'));

  await write(page, 'models/a/onnx/part.bin', null, [1, 2, 3], [4, 5]);
  await write(page, 'models/a/config.json', null, [9]);
  await write(page, 'models/b', null);
  expect(await list(page, 'models/')).toEqual([
    'models/a/config.json 1',
    'models/a/onnx/part.bin 5',
    'models/b 0',
  ]);
  expect(await list(page, 'models/a/onnx')).toEqual(['models/a/onnx/part.bin 5']);
  expect(await read(page, 'models/a/onnx/part.bin')).toEqual([1, 2, 3, 4, 5]);

  await page.reload();
  await page.waitForFunction(() => 'files' in globalThis);
  await write(page, 'models/a/onnx/part.bin', 3, [6], [7, 8]);
  expect(await read(page, 'models/a/onnx/part.bin')).toEqual([1, 2, 3, 6, 7, 8]);
  await write(page, 'models/a/onnx/part.bin', null, [1]);
  expect(await read(page, 'models/a/onnx/part.bin')).toEqual([1]);
  // A folder is no file, and what lies below a file is not there.
  expect(await read(page, 'models/a')).toBe(null);
  expect(await read(page, 'models/b/below')).toBe(null);

  await page.evaluate(() => globalThis.files.remove('models/a'));
  expect(await list(page, 'models/')).toEqual(['models/b 0']);
  await page.evaluate(() => globalThis.files.remove('models/b'));
  expect(await list(page, '')).toEqual([]);
});

test('a file that is being written elsewhere is refused by name, and free again afterwards', async ({
  page,
}) => {
  const told = await page.evaluate(() => globalThis.files.whileWritten('models/a%2Fb/c', 'models/a%2Fb'));
  expect(told).toEqual([
    'models/a/b/c is being written by another tab: close it, or wait for its download',
    'models/a/b is being written by another tab: close it, or wait for its download',
  ]);
  await page.evaluate(() => globalThis.others.write('models/a%2Fb/c', null, [[5]]));
  expect(await read(page, 'models/a%2Fb/c')).toEqual([5]);
});

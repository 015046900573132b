/** The host goes away, and the notebook goes on. */
import { expect, test } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NotebookPage } from './notebookPage.ts';
import { ISOLATED_PORT } from './ports.ts';

const PORT = 4314;
const CHANGING_PORT = 4315;
const FOLDER = '/some/where/';
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A plain host, without isolation headers. */
async function openHost(): Promise<ChildProcess> {
  const host = spawn('node', ['test/e2e/serve.mjs', String(PORT), FOLDER], { cwd: root });
  await expect
    .poll(
      () =>
        new Promise((resolve) => {
          const socket = createConnection(PORT, 'localhost', () => (socket.end(), resolve(true)));
          socket.on('error', () => resolve(false));
        }),
    )
    .toBe(true);
  return host;
}

test('after one visit it opens, is isolated and answers without the host', async ({ page }) => {
  const address = `http://localhost:${PORT}${FOLDER}?device=wasm`;
  const host = await openHost();
  const notebook = new NotebookPage(page);
  await page.goto(address);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(page.getByText(/Opened again, the page runs on/)).toBeVisible();
  const ask = notebook.cell('Ask');
  const button = ask.getByRole('button', { name: 'Ask the model' });
  await expect(button).toBeEnabled();
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith('robot-r1-site-'));
        const kept = await (await caches.open(names[0])).keys();
        return kept.filter(({ url }) => /SceneView|DashboardView|wasm/.test(url)).length;
      }),
    )
    .toBeGreaterThan(1);

  host.kill();
  await once(host, 'exit');
  await expect(async () => {
    await expect(fetch(address)).rejects.toThrow();
  }).toPass();

  await page.reload();
  await expect(page.getByText('opens without a network too')).toBeVisible();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(button).toBeEnabled();
  await button.click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();
});

/** The site as another host has it, which brings out new versions. */
async function openChangingHost(version: () => string): Promise<Server> {
  const host = createServer((request, response) => {
    void fetch(`http://localhost:${ISOLATED_PORT}${request.url}`).then(async (answer) => {
      const body = Buffer.from(await answer.arrayBuffer());
      const extra = request.url === '/sw.js' ? Buffer.from(`\n// ${version()}`) : Buffer.alloc(0);
      response.writeHead(answer.status, {
        'Content-Type': answer.headers.get('Content-Type') ?? 'application/octet-stream',
      });
      response.end(Buffer.concat([body, extra]));
    });
  });
  host.listen(CHANGING_PORT);
  await once(host, 'listening');
  return host;
}

test('a new version waits, and is taken when the visitor says so', async ({ page }) => {
  let version = 'one';
  const host = await openChangingHost(() => version);
  try {
    await page.goto(`http://localhost:${CHANGING_PORT}/?device=wasm`);
    await expect(page.getByText(/Opened again, the page runs on/)).toBeVisible();
    version = 'two';
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    const take = page.getByRole('button', { name: 'Reload with it' });
    await expect(take).toBeEnabled();
    const reloaded = page.waitForEvent('load');
    await take.click();
    await reloaded;
    await expect(page.getByText('opens without a network too')).toBeVisible();
    await expect(take).toBeHidden();
  } finally {
    host.close();
    host.closeAllConnections();
  }
});

test('it can be installed: a manifest with icons that are there', async ({ page, request }) => {
  await page.goto('./');
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = (await (await request.get(href!)).json()) as {
    display: string;
    start_url: string;
    icons: { src: string; sizes: string; purpose?: string }[];
  };
  expect(manifest.display).toBe('standalone');
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
  for (const { src } of manifest.icons) expect((await request.get(src)).ok(), src).toBe(true);
});

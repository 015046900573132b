/** The host goes away, and the notebook goes on. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LEAST_TRAINING, NotebookPage } from './notebookPage.ts';
import { ISOLATED_PORT, PLAIN_PORT } from './ports.ts';

const PORT = PLAIN_PORT + 2;
const CHANGING_PORT = PLAIN_PORT + 3;
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

async function close(host: ChildProcess): Promise<void> {
  host.kill();
  await once(host, 'exit');
  await expect(async () => {
    await expect(fetch(`http://localhost:${PORT}${FOLDER}`)).rejects.toThrow();
  }).toPass();
}

async function openRecordForm(notebook: NotebookPage): Promise<Locator> {
  const demonstrations = notebook.cell('Demonstrations');
  await demonstrations.getByRole('button', { name: /^Record in the simulator/ }).click();
  const form = demonstrations.getByRole('group', { name: 'Record in the simulator' });
  await expect(form.getByLabel('task').locator('option')).toHaveCount(10);
  await notebook.set(form, 'demonstrations', '1');
  return form;
}

test('after one visit it opens, is isolated, answers, trains and records without the host', async ({
  page,
}) => {
  const address = `http://localhost:${PORT}${FOLDER}?device=wasm`;
  const host = await openHost();
  const notebook = new NotebookPage(page);
  await page.goto(address);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect(page.getByText(/Opened again, the page runs on/)).toBeVisible();
  const ask = notebook.cell('Ask');
  const button = ask.getByRole('button', { name: 'Ask the model' });
  await expect(button).toBeEnabled();
  await expect.poll(() => keptOf(page, /(SceneView|DashboardView).*js|tabletop|mujoco|hdf5_hl/)).toBe(5);

  await close(host);
  await page.reload();
  const note = page.getByText('opens without a network too');
  await expect(note).toContainText('in need of a network once: models on WebGPU.');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(button).toBeEnabled();
  await button.click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();

  await test.step('a step of training on the set that it uses unless told otherwise', async () => {
    const train = notebook.cell('Train');
    await notebook.setTraining(train, LEAST_TRAINING);
    await train.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(train.getByText('Done.')).toBeVisible();
    await expect(train.getByText('Rollouts of step 1')).toBeVisible();
  });

  await test.step('a demonstration is recorded', async () => {
    const form = await openRecordForm(notebook);
    await form.getByRole('button', { name: 'Record' }).click();
    await expect(
      notebook.cell('Demonstrations').getByText('push button, seed 1: 1 demonstration'),
    ).toBeVisible();
  });
});

test('who saves data fetches nothing unasked: the page says what is absent, and so do training and recording', async ({
  page,
}) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } }),
  );
  const host = await openHost();
  const notebook = new NotebookPage(page);
  await page.goto(`http://localhost:${PORT}${FOLDER}?device=wasm`);
  await expect(page.getByText(/Opened again, the page runs on/)).toBeVisible();
  await page.reload();
  const note = page.getByText('opens without a network too');
  await expect(note).toContainText(
    /once: views not opened yet, the embedded model, the tabletop demonstrations, the simulator,/,
  );
  const load = notebook.cell('Model').getByRole('button', { name: 'Load' });
  await notebook.cell('Model').getByText('Another checkpoint or device').click();
  await load.click();
  await expect(notebook.cell('Ask').getByRole('button', { name: 'Ask the model' })).toBeEnabled();
  await expect(note).toContainText('yet, the tabletop demonstrations, the simulator,');
  const form = await openRecordForm(notebook);
  await notebook.setTraining(notebook.cell('Train'), LEAST_TRAINING);

  await close(host);
  const train = notebook.cell('Train');
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByRole('alert')).toContainText(
    'the tabletop demonstrations need the network once, from then on this browser keeps them',
  );
  await form.getByRole('button', { name: 'Record' }).click();
  await expect(notebook.cell('Demonstrations').getByRole('alert')).toContainText(
    'the simulator needs the network once, from then on this browser keeps it',
  );
});

/** How many kept files have such names. */
function keptOf(page: Page, names: RegExp): Promise<number> {
  return page.evaluate(async (pattern) => {
    const name = (await caches.keys()).find((one) => one.startsWith('robot-r1-site-'));
    const kept = name ? await (await caches.open(name)).keys() : [];
    return kept.filter(({ url }) => new RegExp(pattern).test(url)).length;
  }, names.source);
}

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

test('an update waits for the training, and the run is there after it', async ({ page }) => {
  let version = 'one';
  const host = await openChangingHost(() => version);
  try {
    await page.goto(`http://localhost:${CHANGING_PORT}/?device=wasm`);
    const notebook = new NotebookPage(page);
    await notebook.loadTinyModel();
    const train = notebook.cell('Train');
    await notebook.setTraining(train, { ...LEAST_TRAINING, max_steps: '500' });
    await train.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(train.getByText('Rollouts of step 1')).toBeVisible();

    version = 'two';
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await expect(page.getByText('It waits until the training has paused.')).toBeVisible();
    const take = page.getByRole('button', { name: 'Reload with it' });
    await expect(take).toBeDisabled();
    await train.getByRole('button', { name: 'Pause' }).click();
    const goOn = train.getByRole('button', { name: /^Continue at step/ });
    await expect(take).toBeEnabled();
    const step = await goOn.textContent();

    const reloaded = page.waitForEvent('load');
    await take.click();
    await reloaded;
    await expect(goOn).toHaveText(step!.trim());
    await expect(take).toBeHidden();
    const done = Number(/\d+/.exec(step!)) - 1;
    await expect(notebook.cell('Runs').getByRole('cell', { name: `${done} of 500` })).toBeVisible();
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

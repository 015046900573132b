/** What a browser takes away in the midst of work, provoked for real. Each walk has a browser of its own to hurt. */
import { expect, test as base, type Browser, type Locator, type Page } from '@playwright/test';
import { HubServer, TINY_ID } from '../hub/hubServer.ts';
import { NotebookPage } from './notebookPage.ts';

const test = base.extend<{ own: Browser; page: Page; onDisk: Page }>({
  own: async ({ playwright, launchOptions }, use) => {
    const own = await playwright.chromium.launch(launchOptions);
    await use(own);
    await own.close();
  },
  page: async ({ own, baseURL }, use) => {
    await use(await own.newPage({ baseURL }));
  },
  /** Of a profile on disk: only there databases are measured. */
  onDisk: async ({ playwright, launchOptions, baseURL }, use, info) => {
    const profile = info.outputPath('profile');
    const own = await playwright.chromium.launchPersistentContext(profile, { ...launchOptions, baseURL });
    await use(own.pages()[0]);
    await own.close();
  },
});

/** As a driver that fails would: every device of every page is lost. */
async function loseGpu(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.crashGpuProcess');
  await session.detach();
}

const LOST = /the graphics device was lost.*: go on, and the model is loaded anew/;

async function openOnGpu(page: Page): Promise<NotebookPage> {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await notebook.loadTinyModel('WebGPU');
  return notebook;
}

/** @returns the train cell, set to supervised steps of one example */
async function leastSft(
  notebook: NotebookPage,
  settings: { max_steps: string; r: string },
): Promise<Locator> {
  const train = notebook.cell('Train');
  await train.getByLabel('method', { exact: true }).selectOption('SFT');
  await notebook.setTraining(train, { ...settings, eval_questions: '1', eval_samples: '1' });
  await notebook.set(train, 'per_device_train_batch_size', '1');
  await notebook.set(train, 'max_completion_length', '8');
  return train;
}

test('the graphics device is lost while the page trains: one press, and the run goes on from its last step', async ({
  own,
  page,
}) => {
  const notebook = await openOnGpu(page);
  const train = await leastSft(notebook, { max_steps: '2', r: '2' });
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText(/Step 2 of 2: learning/)).toBeVisible();
  await loseGpu(own);
  await expect(train.getByRole('alert')).toContainText(LOST);
  await expect(train.getByText(/^Paused\. .*, step 1 of 2/)).toBeVisible();

  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByText(/^(Done|Paused)\./)).toBeVisible();
  await expect(train.getByRole('alert')).toBeHidden();
  await expect(train.getByText(/^Done\. .*, step 2 of 2/)).toBeVisible();
  await expect(notebook.cell('Runs').getByRole('cell', { name: '2 of 2', exact: true })).toHaveCount(1);
});

test('the graphics device is lost in the midst of an answer: asked again, the model answers', async ({
  own,
  page,
}) => {
  const notebook = await openOnGpu(page);
  const ask = notebook.cell('Ask');
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '64');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText('reading the prompt')).not.toHaveCount(0);
  await expect(ask.getByText('reading the prompt')).toHaveCount(0);
  await loseGpu(own);
  await expect(ask.getByRole('alert')).toContainText(LOST);

  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second on webgpu/)).toBeVisible();
  await expect(ask.getByRole('alert')).toBeHidden();
});

/** As on a full disk: the browser grants the page `bytes` in all, at least 1. @returns gives back what it had */
async function grantOnly(page: Page, bytes: number): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  // For as long as the session lasts.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: bytes });
  return () => session.detach();
}

test('the storage is full while the page trains: the run waits at its last step, and goes on when there is room', async ({
  onDisk: page,
}) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_steps: '3' });
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByText(/^Paused\. .*, step 1 of 3/)).toBeVisible();
  const giveBack = await grantOnly(page, 1);
  // How much room a database has the browser remembers until it has been closed for two seconds.
  await page.goto('./style.html');
  await page.waitForTimeout(4000);
  await notebook.open('?device=wasm');
  await notebook.loadTinyModel();
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByRole('alert')).toContainText('the browser grants no more storage');
  await expect(train.getByRole('button', { name: 'Go to Runs' })).toBeVisible();
  await expect(train.getByText(/^Paused\. .*, step 1 of 3/)).toBeVisible();

  await giveBack();
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByText(/^Done\. .*, step 3 of 3/)).toBeVisible();
  await expect(train.getByRole('alert')).toBeHidden();
});

test('the storage is full while a checkpoint is fetched: it says so, keeps what it has, and resumes when there is room', async ({
  page,
}) => {
  const hub = await HubServer.start();
  try {
    const notebook = new NotebookPage(page);
    const model = notebook.cell('Model');
    await notebook.open('?device=wasm');
    await model.getByText('Another checkpoint or device').click();
    await model.getByLabel('mirror', { exact: true }).fill(hub.address);
    await model.getByLabel('another hub id').fill(TINY_ID);
    await model.getByRole('button', { name: 'See what it takes' }).click();
    hub.faults.slow = 100;
    await model.getByRole('button', { name: /^Download \d+ KB$/ }).click();
    await expect(model.getByText(/[1-9]\d+ KB of \d+ KB/)).toBeVisible();
    const giveBack = await grantOnly(page, 1);
    await expect(model.getByRole('alert')).toContainText(
      'the storage is full: delete a stored checkpoint or make room on the disk, then go on',
    );
    await giveBack();
    hub.faults = {};
    await model.getByRole('button', { name: /^Resume, \d+ KB to go$/ }).click();
    await expect(model.getByText(`${TINY_ID}:q4`).first()).toBeVisible();
  } finally {
    await hub.stop();
  }
});

test('WebAssembly has no more memory for an update: it says what to lower, and a smaller run is trained', async ({
  playwright,
  launchOptions,
  baseURL,
}) => {
  // 512 pages of 64 KiB a memory: the tiny model fits, a LoRA of rank 256 with its gradients does not.
  const args = [...(launchOptions.args ?? []), '--js-flags=--wasm-max-mem-pages=512'];
  const own = await playwright.chromium.launch({ ...launchOptions, args });
  try {
    const page = await own.newPage({ baseURL });
    const notebook = new NotebookPage(page);
    await notebook.open('?device=wasm');
    await notebook.loadTinyModel();
    const train = await leastSft(notebook, { max_steps: '1', r: '256' });
    await train.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(train.getByRole('alert')).toContainText('out of memory: lower');
    await expect(train.getByText(/^Paused\./)).toBeVisible();

    await train.getByRole('button', { name: 'Set up a new run' }).click();
    await notebook.set(train, 'r', '2');
    await train.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(train.getByText(/^Done\. .*, step 1 of 1/)).toBeVisible();
    await expect(train.getByRole('alert')).toBeHidden();
  } finally {
    await own.close();
  }
});

test('the graphics device has no more memory: the step is lost, those before it are kept, and it goes on', async ({
  page,
}) => {
  const notebook = await openOnGpu(page);
  const train = await leastSft(notebook, { max_steps: '2', r: '2' });
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByText(/^Paused\. .*, step 1 of 2/)).toBeVisible();
  // The next work of the learner asks for 256 GiB more: Dawn's own refusal.
  const learner = page.workers().find((worker) => worker.url().includes('learner'))!;
  await learner.evaluate(() => {
    const { prototype } = GPUDevice;
    const own = Object.getOwnPropertyDescriptor(prototype, 'createCommandEncoder')!;
    prototype.createCommandEncoder = function (this: GPUDevice, ...given) {
      Object.defineProperty(prototype, 'createCommandEncoder', own);
      const usage = GPUTextureUsage.TEXTURE_BINDING;
      this.createTexture({ size: [8192, 8192, 256], format: 'rgba32float', usage });
      return this.createCommandEncoder(...given);
    };
  });
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByRole('alert')).toContainText(/out of memory.*The 1 steps before are kept/);
  await expect(train.getByText(/^Paused\. .*, step 1 of 2/)).toBeVisible();
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByText(/^Done\. .*, step 2 of 2/)).toBeVisible();
  await expect(train.getByRole('alert')).toBeHidden();
});

/** What a browser takes away in the midst of work, provoked for real. Each walk has a browser of its own to hurt. */
import { expect, test as base, type Browser, type Page } from '@playwright/test';
import { NotebookPage } from './notebookPage.ts';

const test = base.extend<{ own: Browser; page: Page }>({
  own: async ({ playwright, launchOptions }, use) => {
    const own = await playwright.chromium.launch(launchOptions);
    await use(own);
    await own.close();
  },
  page: async ({ own, baseURL }, use) => {
    await use(await own.newPage({ baseURL }));
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

test('the graphics device is lost while the page trains: one press, and the run goes on from its last step', async ({
  own,
  page,
}) => {
  const notebook = await openOnGpu(page);
  const train = notebook.cell('Train');
  await train.getByLabel('method', { exact: true }).selectOption('SFT');
  await notebook.setTraining(train, { max_steps: '2', r: '2', eval_questions: '1', eval_samples: '1' });
  await notebook.set(train, 'per_device_train_batch_size', '1');
  await notebook.set(train, 'max_completion_length', '8');
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

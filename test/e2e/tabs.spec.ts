/** Several tabs of one browser, and a tab in the background. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { NotebookPage } from './notebookPage.ts';

const title = (page: Page) => page.getByLabel('Title of the notebook');
const kept = (page: Page) => page.getByText('Kept in this browser.', { exact: true });

test('a notebook open in two tabs is kept by the first; the second says so, and takes over when it is closed', async ({
  page,
  context,
}) => {
  const first = new NotebookPage(page);
  await first.open('?device=wasm');
  await expect(kept(page)).toBeVisible();
  const other = await context.newPage();
  await new NotebookPage(other).open('?device=wasm');
  const notice = other.getByText('This notebook is open in another tab, which keeps it.');
  await expect(notice).toBeVisible();
  const { violations } = await new AxeBuilder({ page: other }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  await test.step('what the second changes is not kept', async () => {
    await title(other).fill('Of the second tab');
    await expect(kept(other)).toBeHidden();
    await title(page).fill('Of the first tab');
    await expect(kept(page)).toBeVisible();
  });

  await test.step('the first closed, the second shows what it left', async () => {
    await page.close();
    await expect(other.getByText('The other tab is closed.')).toBeVisible();
    await expect(title(other)).toHaveValue('Of the second tab');
    await other.getByRole('button', { name: 'Show what it left' }).click();
    await expect(title(other)).toHaveValue('Of the first tab');
    await expect(notice).toBeHidden();
    await title(other).fill('Taken over');
    await expect(kept(other)).toBeVisible();
    await other.reload();
    await expect(title(other)).toHaveValue('Taken over');
    await expect(kept(other)).toBeVisible();
  });

  await test.step('a third keeps a copy of its own', async () => {
    const third = await context.newPage();
    await new NotebookPage(third).open('?device=wasm');
    await third.getByRole('button', { name: 'Keep a copy of your own' }).click();
    await expect(title(third)).toHaveValue('Taken over 2');
    await expect(kept(third)).toBeVisible();
  });
});

test('a run is trained in one tab; another one watches, and goes on with it when that is closed', async ({
  page,
  context,
}) => {
  const first = await new NotebookPage(page).openTraining({ max_steps: '3' });
  await first.getByRole('button', { name: 'Step once' }).click();
  await expect(first.getByRole('button', { name: 'Continue at step 2' })).toBeEnabled();

  const other = await context.newPage();
  const notebook = new NotebookPage(other);
  await notebook.open('?device=wasm');
  await notebook.loadTinyModel();
  const second = notebook.cell('Train');
  const goOn = second.getByRole('button', { name: /^Continue at step/ });
  await expect(goOn).toHaveText('Continue at step 2');

  await first.getByRole('button', { name: 'Step once' }).click();
  await goOn.click();
  await expect(second.getByRole('alert')).toContainText('is being trained in another tab');
  await expect(goOn).toHaveText('Continue at step 3');
  await expect(first.getByRole('button', { name: 'Continue at step 3' })).toBeEnabled();

  await first.getByRole('button', { name: 'Continue at step 3' }).click();
  await page.close();
  const inTraining = async () => {
    const { held = [] } = await navigator.locks.query();
    return held.filter(({ name }) => name?.startsWith('run/')).length;
  };
  await expect.poll(() => other.evaluate(inTraining)).toBe(0);
  await goOn.click();
  await expect(second.getByText('Done.')).toBeVisible();
  await expect(notebook.cell('Runs').getByRole('cell', { name: '3 of 3', exact: true })).toHaveCount(1);
});

test('a tab in the background goes on training, also after it was frozen', async ({ page, context }) => {
  const train = await new NotebookPage(page).openTraining({ max_steps: '12' });
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  // What a browser does to a hidden page: no frames, timers a second apart at least.
  await page.evaluate(() => {
    const { setTimeout } = globalThis;
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
    globalThis.requestAnimationFrame = () => 0;
    globalThis.setTimeout = ((run: () => void, wait = 0) =>
      setTimeout(run, Math.max(1000, wait))) as typeof setTimeout;
  });
  await expect(train.getByText(/step \d+ of 12/)).toBeVisible();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  await expect(train.getByText('Done.')).toBeVisible();
  await expect(train.getByText(/step 12 of 12/)).toBeVisible();
});

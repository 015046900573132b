/** What is done with runs once they are trained: named, found, compared, continued, read, freed, carried elsewhere. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { NotebookPage, zipEntries } from './notebookPage.ts';

async function describe(runs: Locator, run: string | RegExp, words: Record<string, string>) {
  await runs.getByRole('button', { name: run }).click();
  for (const [label, value] of Object.entries(words))
    await runs.getByRole('textbox', { name: label, exact: true }).fill(value);
  await runs.getByRole('button', { name: 'Save', exact: true }).click();
}

const named = (runs: Locator, name: string) =>
  runs.getByRole('row').filter({ has: runs.page().locator('.name', { hasText: new RegExp(`^${name}$`) }) });

async function trainOnce(train: Locator) {
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible();
}

/** A run, a second one that begins with what the first learned; named, and the first with tags and notes. */
async function parentAndChild(page: Page) {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_steps: '2', generation_batch_size: '8' });
  const runs = notebook.cell('Runs');
  await trainOnce(train);
  await describe(runs, /^Edit /, {
    name: 'First',
    'tags, with commas between': 'alpha, beta',
    notes: 'Of the test.',
  });
  await expect(named(runs, 'First')).toContainText('Of the test.');

  await runs.getByRole('button', { name: 'New run from First' }).click();
  await expect(train.getByText(/it begins with what “First” had learned after step 2/)).toBeVisible();
  await notebook.set(train, 'max_steps', '1');
  await trainOnce(train);
  await expect(runs.getByRole('checkbox', { name: /^Choose / })).toHaveCount(2);
  await describe(runs, /^Edit (?!First)/, { name: 'Second' });
  await expect(named(runs, 'Second')).toBeVisible();
  return { notebook, runs };
}

test('runs are named, found, compared, begun from one another, thinned and deleted', async ({ page }) => {
  const { notebook, runs } = await parentAndChild(page);
  const boxes = runs.getByRole('checkbox', { name: /^Choose / });

  await test.step('parent and child name each other', async () => {
    await expect(named(runs, 'Second')).toContainText('Goes on from “First”, step 2.');
    await expect(named(runs, 'First')).toContainText('Continued by “Second”.');
  });

  await test.step('found by name, tag and note', async () => {
    const search = runs.getByRole('searchbox');
    for (const words of ['first', 'BETA', 'of the test']) {
      await search.fill(words);
      await expect(runs.getByText('1 of 2 runs')).toBeVisible();
      await expect(named(runs, 'First')).toBeVisible();
    }
    await search.fill('neither');
    await expect(runs.getByText('No run is like that.')).toBeVisible();
    await search.fill('');
    await runs.getByRole('button', { name: 'Search for alpha' }).click();
    await expect(search).toHaveValue('alpha');
    await expect(boxes).toHaveCount(1);
    await search.fill('');
  });

  await test.step('ordered by a column', async () => {
    const names = () => runs.locator('tbody .name').allTextContents();
    await runs.getByRole('button', { name: /^run/ }).click();
    expect(await names()).toEqual(['First', 'Second']);
    await runs.getByRole('button', { name: /^run/ }).click();
    expect(await names()).toEqual(['Second', 'First']);
  });

  await test.step('compared: differences, then everything', async () => {
    for (const box of await boxes.all()) await box.check();
    await runs.getByRole('button', { name: 'Compare', exact: true }).click();
    const compared = runs.getByRole('group', { name: 'Compared' }).getByRole('row');
    await expect(compared.filter({ hasText: 'max_steps' })).toHaveText(/max_steps\s*(1\s*2|2\s*1)/);
    await expect(compared.filter({ hasText: 'num_generations' })).toHaveCount(0);
    await runs.getByLabel('differences only').uncheck();
    await expect(compared.filter({ hasText: 'num_generations' })).toHaveText(/num_generations\s*2\s*2/);
  });

  await test.step('thinned: rollouts go, names and curves stay', async () => {
    await runs.getByRole('button', { name: 'Leave one group a step' }).click();
    await expect(
      runs.getByText(/^About [1-9]\d* K?B freed; curves and adapters are as they were\.$/),
    ).toBeVisible();
    await runs.getByRole('button', { name: 'Show First' }).click();
    const train = notebook.cell('Train');
    await expect(train.getByRole('img', { name: /^Reward: .* at step 2$/ })).toBeVisible();
    await expect(train.getByText(/^Rollouts of step 2/)).toBeVisible();
    await expect(train.getByRole('button', { name: /^Group \d+: / })).toHaveCount(1);
  });

  await test.step('all of it is there after a reload', async () => {
    await page.reload();
    await expect(named(runs, 'First')).toContainText('Of the test.');
    await expect(runs.getByRole('button', { name: 'Search for beta' })).toBeVisible();
    await expect(named(runs, 'Second')).toContainText('Goes on from “First”, step 2.');
  });

  await test.step('several are deleted at once, after a question', async () => {
    for (const box of await boxes.all()) await box.check();
    await runs.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 2 runs?' });
    await dialog.getByRole('button', { name: 'Keep' }).click();
    await expect(boxes).toHaveCount(2);
    await runs.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(runs.getByText('No runs yet')).toBeVisible();
  });
});

test('the traces of a run: another tint, and the thought in 3D', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_completion_length: '16' });
  await trainOnce(train);
  const traces = notebook.cell('Traces');
  await traces.getByRole('button', { name: /^Read “/ }).click();
  const trace = traces.getByRole('article', { name: /^Trace: / });
  const tints = () =>
    trace.locator('[style*="--tint"]').evaluateAll((tokens) => tokens.map((t) => t.getAttribute('style')));
  await expect.poll(async () => (await tints()).length).toBeGreaterThan(4);
  const byProbability = await tints();
  await trace.getByLabel('colour by').selectOption('advantage');
  await expect(trace.getByText('the harder the update pushes')).toBeVisible();
  const byAdvantage = await tints();
  expect(byAdvantage).not.toEqual(byProbability);
  expect(new Set(byAdvantage).size).toBe(1);

  await trace.getByRole('button', { name: '3D', exact: true }).click();
  const view = trace.getByRole('application', { name: /^3D view/ });
  await expect(view).toHaveAttribute('aria-busy', 'false');
  await trace.getByRole('button', { name: 'Picture', exact: true }).click();
  await expect(view).toHaveCount(0);
});

test('a notebook with its runs goes to another browser as one zip', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  await page.getByLabel('Title of the notebook').fill('To go');
  await trainOnce(train);
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Actions for the notebook' }).click();
  await page.getByRole('menuitem', { name: 'Download with runs zip, with adapters' }).click();
  const zip = await (await started).path();
  expect(zipEntries(await readFile(zip)).length).toBeGreaterThan(1);
  const accuracy = await notebook.cell('Runs').locator('[data-name=accuracy]').textContent();

  const context = await page.context().browser()!.newContext();
  const other = await context.newPage();
  await other.goto(new URL('?device=wasm', page.url()).href);
  const there = new NotebookPage(other);
  await expect(there.cell('Runs').getByText('No runs yet')).toBeVisible();
  await other.getByLabel('File of a notebook').setInputFiles({
    name: 'to-go.zip',
    mimeType: 'application/zip',
    buffer: await readFile(zip),
  });
  await expect(other.getByLabel('Title of the notebook')).toHaveValue('To go');
  await expect(there.cell('Train').getByLabel('num_generations')).toHaveValue('2');
  await expect(there.cell('Runs').getByRole('cell', { name: '1 of 1', exact: true })).toBeVisible();
  await expect(there.cell('Runs').locator('[data-name=accuracy]')).toHaveText(accuracy!);
  await there
    .cell('Runs')
    .getByRole('button', { name: /^Show / })
    .click();
  await expect(there.cell('Train').getByText('Rollouts of step 1')).toBeVisible();
  await context.close();
});

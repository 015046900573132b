/** What axe and a narrow screen find on a page on which a model was loaded and a run trained. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { NotebookPage, nothingOverflows } from './notebookPage.ts';

/** The tiny checkpoint under an address that has no place to break. */
const LONG_FOLDER = `tiny${'%2F'.repeat(30)}/`;

async function nothingForAxe(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

test('two trainings with all parts open, Runs edited and compared, the export made: nothing for axe, nothing overflows', async ({
  page,
}) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  await notebook.act('Train', 'Duplicate');
  const second = notebook.cell('Train 2');
  for (const cell of [train, second]) {
    await cell.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(cell.getByText('Done.')).toBeVisible();
  }

  await test.step('everything is opened', async () => {
    for (const cell of [train, second]) {
      for (const part of ['More curves', 'Save curves and numbers', 'Lay other runs over this one'])
        await cell.getByText(part, { exact: true }).click();
      await cell.locator('summary', { hasText: 'Numbers of every step' }).click();
      await expect(cell.getByRole('table', { name: /^Metrics of every step/ })).toBeVisible();
    }
    const runs = notebook.cell('Runs');
    for (const box of await runs.getByRole('checkbox', { name: /^Choose / }).all()) await box.check();
    await runs.getByRole('button', { name: 'Compare', exact: true }).click();
    await expect(runs.getByRole('heading', { name: 'Compared' })).toBeVisible();
    await runs.getByLabel('differences only').uncheck();
    await runs
      .getByRole('button', { name: /^Edit / })
      .first()
      .click();
    await expect(runs.getByRole('textbox', { name: 'notes', exact: true })).toBeVisible();
    await runs.getByText('What this browser keeps').click();
    const exporting = notebook.cell('Export');
    await exporting.getByLabel('questions', { exact: true }).selectOption('tabletop set');
    await notebook.download(exporting.getByRole('button', { name: 'Download the EasyR1 bundle' }));
    await expect(exporting.getByRole('group', { name: 'Its README' })).toBeVisible();
  });

  for (const width of [1280, 360]) {
    await test.step(`${width} pixels wide`, async () => {
      await page.setViewportSize({ width, height: 740 });
      await nothingForAxe(page);
      await nothingOverflows(page, width);
    });
  }
});

for (const [name, width, height, present] of [
  ['a phone', 360, 740, ''],
  ['a phone turned to large type', 360, 740, 'on'],
  ['a laptop at zoom 200 %', 640, 400, ''],
  ['a projector', 1280, 800, 'on'],
] as const)
  test(`nothing overflows on ${name} with a model of a long name and a trained run`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const notebook = new NotebookPage(page);
    await page.addInitScript((value) => localStorage.setItem('present', value), present);
    const train = await notebook.openTraining({}, LONG_FOLDER);
    await train.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(train.getByText('Done.')).toBeVisible();
    await expect(notebook.cell('Runs').getByText('1 of 1', { exact: true })).toBeVisible();
    await nothingOverflows(page, width);
  });

test('two cells of a kind have no two landmarks of a name', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
  for (const kind of ['Questions', 'Lab']) await notebook.act(kind, 'Duplicate');
  for (const title of ['Questions', 'Questions 2']) {
    const cell = notebook.cell(title);
    await cell.getByText('One row, as it will be written').click();
    await expect(cell.getByRole('group', { name: 'One row', exact: true })).toBeVisible();
  }
  for (const title of ['Lab', 'Lab 2'])
    for (const part of ['Responses and rewards', 'The same rewards, five algorithms'])
      await expect(notebook.cell(title).getByRole('group', { name: part, exact: true })).toBeVisible();
  await nothingForAxe(page);
});

/** A notebook as a list of cells. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { NotebookPage } from './notebookPage.ts';

const titles = (page: Page) => page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents();

test('cells are added, moved, duplicated, folded, deleted and kept', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
  const first = await titles(page);
  expect(first).toEqual([
    'Model',
    'Demonstrations',
    'Questions',
    'Ask',
    'Train',
    'Lab',
    'Runs',
    'Traces',
    'Export',
  ]);

  await test.step('a duplicate has the settings, and from then on its own', async () => {
    await notebook.set(notebook.cell('Train'), 'max_steps', '3');
    await notebook.act('Train', 'Duplicate');
    const second = notebook.cell('Train 2');
    await expect(second.getByLabel('max_steps')).toHaveValue('3');
    await notebook.set(second, 'max_steps', '5');
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('3');
  });

  await test.step('moved by keyboard, and the focus goes along', async () => {
    const actions = notebook.cell('Lab').getByRole('button', { name: 'Actions for Lab' });
    await actions.focus();
    await page.keyboard.press('Alt+ArrowUp');
    expect((await titles(page)).slice(4, 7)).toEqual(['Train', 'Lab', 'Train 2']);
    await expect(actions).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Run', exact: true })).toBeDisabled();
    await page.keyboard.press('End');
    await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(actions).toBeFocused();
  });

  await test.step('deleted, and back again with undo', async () => {
    await notebook.act('Train 2', 'Delete');
    await expect(notebook.cell('Train 2')).toBeHidden();
    await expect(page.getByRole('button', { name: 'Undo' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(notebook.cell('Train 2').getByLabel('max_steps')).toHaveValue('5');
    await notebook.act('Runs', 'Delete');
    expect(await titles(page)).not.toContain('Runs');
  });

  await test.step('a cell takes from the nearest one above it', async () => {
    await page.getByRole('button', { name: 'Add a cell after Ask' }).click();
    await page.getByRole('menuitem', { name: /^Questions/ }).click();
    const own = notebook.cell('Questions 2');
    await expect(own.getByText(/^1 of \d+$/)).toBeVisible();
    await own.getByText('Settings', { exact: true }).click();
    await own.getByLabel('preset').selectOption({ index: 1 });
    await expect(notebook.cell('Train').getByRole('link', { name: 'Questions 2' })).toBeVisible();
    await expect(notebook.cell('Ask').getByRole('link', { name: 'Questions', exact: true })).toBeVisible();
  });

  await notebook.act('Lab', 'Fold');
  await expect(notebook.cell('Lab').getByLabel('epsilon_high')).toBeHidden();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);

  await test.step('a reload finds it as it was', async () => {
    const before = await titles(page);
    await expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();
    await page.reload();
    await expect(notebook.cell('Train 2').getByLabel('max_steps')).toHaveValue('5');
    expect(await titles(page)).toEqual(before);
    await expect(notebook.cell('Lab').getByLabel('epsilon_high')).toBeHidden();
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('3');
    await notebook.cell('Lab').getByRole('button', { name: 'Unfold' }).click();
    await expect(notebook.cell('Lab').getByLabel('epsilon_high')).toBeVisible();
  });
});

test('two trainings share one model, and an answer comes between their steps', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await notebook.loadTinyModel();
  const train = notebook.cell('Train');
  await train.getByText('More settings, named as in TRL').click();
  for (const [label, value] of Object.entries({
    max_steps: '2',
    num_generations: '2',
    generation_batch_size: '4',
    max_completion_length: '8',
    r: '2',
    eval_questions: '1',
    eval_samples: '1',
    eval_steps: '0',
  })) {
    await notebook.set(train, label, value);
  }
  await notebook.act('Train', 'Duplicate');
  const second = notebook.cell('Train 2');
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await second.getByRole('button', { name: 'Train', exact: true }).click();
  const ask = notebook.cell('Ask');
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();
  await expect(train.getByText('Done.')).toBeVisible();
  await expect(second.getByText('Done.')).toBeVisible();
  await expect(notebook.cell('Runs').getByText('2 of 2 steps')).toHaveCount(2);
  await notebook.cell('Questions').getByRole('button', { name: 'Next' }).click();
  await expect(ask.getByText('Stale.')).toBeVisible();

  await test.step('run all does what is left to do', async () => {
    const started = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Run all' }).click();
    await expect(ask.getByText('Stale.')).toBeHidden();
    expect((await started).suggestedFilename()).toBe('robot-r1-easyr1.zip');
    await expect(notebook.cell('Runs').getByText('2 of 2 steps')).toHaveCount(2);
  });
});

/** Each notebook that comes with the page, walked as its reader would, with the tiny checkpoint and very few steps. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { LEAST_TRAINING, NotebookPage, zipEntries } from './notebookPage.ts';

const SMALL = { ...LEAST_TRAINING, eval_questions: '3' };

/** Opened by its link, with the tiny model. */
async function open(page: Page, slug: string, title: string): Promise<NotebookPage> {
  const notebook = new NotebookPage(page);
  await notebook.open(`?device=wasm&open=${slug}`);
  await expect(page.getByLabel('Title of the notebook')).toHaveValue(title);
  await notebook.cell('Model').getByRole('button', { name: 'Unfold' }).click();
  await notebook.loadTinyModel();
  return notebook;
}

async function unfold(cell: Locator) {
  const button = cell.getByRole('button', { name: 'Unfold' });
  if (await button.isVisible()) await button.click();
}

async function train(notebook: NotebookPage, title: string, small: Record<string, string> = SMALL) {
  const cell = notebook.cell(title);
  await notebook.setTraining(cell, small);
  await cell.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(cell.getByText('Done.')).toBeVisible();
}

async function ask(notebook: NotebookPage, responses: number) {
  const cell = notebook.cell('Ask');
  await cell.getByText('More sampling settings').click();
  await notebook.set(cell, 'max_completion_length', '8');
  await cell.getByRole('button', { name: 'Ask the model' }).click();
  await expect(cell.getByText(/tokens a second/)).toBeVisible();
  await expect(cell.getByRole('article')).toHaveCount(responses);
}

async function evaluate(notebook: NotebookPage, title: string, rows: number) {
  const cell = notebook.cell(title);
  await cell.getByText('More settings', { exact: true }).click();
  await notebook.set(cell, 'max_completion_length', '8');
  await notebook.set(cell, 'eval_questions', '3');
  await notebook.set(cell, 'eval_samples', '1');
  await cell.getByRole('button', { name: 'Evaluate', exact: true }).click();
  await expect(cell.getByRole('row')).toHaveCount(rows + 1);
  await expect(cell.getByText(/n = 3, with 95 % intervals/)).toBeVisible();
}

async function nothingForAxe(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

test('Robot-R1 in a minute', async ({ page }) => {
  const notebook = await open(page, 'robot-r1-in-a-minute', 'Robot-R1 in a minute');
  await expect(page.getByRole('heading', { name: 'A model that looks, thinks' })).toBeVisible();
  await expect(notebook.cell('Demonstrations').getByRole('img', { name: /frame 0 of/ })).toBeVisible();
  await notebook.cell('Questions').getByRole('button', { name: 'Show the answer' }).click();
  await ask(notebook, 4);
  await train(notebook, 'Train');
  await expect(
    notebook.cell('Ask').getByText(/with the base model; ask again for an answer with the adapter “/),
  ).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'GRPO, step by step' }).click();
  await expect(page.getByLabel('Title of the notebook')).toHaveValue('GRPO, step by step');
});

test('GRPO, step by step', async ({ page }) => {
  const notebook = await open(page, 'grpo-step-by-step', 'GRPO, step by step');
  await expect(page.locator('math[display=block]').first()).toBeVisible();
  await ask(notebook, 8);
  const lab = notebook.cell('Lab');
  await lab.getByLabel('Reward of response 6').fill('2');
  await lab.getByLabel('Reward of response 6').press('Tab');
  await expect(lab.getByText('reward, by hand')).toBeVisible();
  await train(notebook, 'Train');
  await notebook.cell('Train').getByRole('button', { name: 'Put it under the glass' }).click();
  await expect(lab.getByText(/^Recorded: Step 1, group 1/)).toBeVisible();
  await train(notebook, 'Train 2');
  const compare = notebook.cell('Compare');
  await expect(compare.getByRole('row', { name: /scale_rewards group none/ })).toBeVisible();
  await expect(compare.getByText(/on the same held-out questions/)).toBeVisible();
  await nothingForAxe(page);
});

test('What does it see?', async ({ page }) => {
  const notebook = await open(page, 'what-does-it-see', 'What does it see?');
  await evaluate(notebook, 'Evaluate', 3);
  const rows = notebook.cell('Evaluate').getByRole('row');
  await expect(rows.nth(2)).toContainText('a grey picture');
  await expect(rows.nth(2)).toContainText('McNemar p');
  await expect(rows.nth(3)).toContainText('the frame of another question');
  const presets = { Questions: 'random', 'Questions 2': 'hard', 'Questions 3': 'default' };
  for (const [cell, preset] of Object.entries(presets)) {
    await notebook.cell(cell).getByText('Settings', { exact: true }).click();
    await expect(notebook.cell(cell).getByLabel('preset')).toHaveValue(preset);
  }
  await evaluate(notebook, 'Evaluate 2', 2);
  await evaluate(notebook, 'Evaluate 3', 3);
  await train(notebook, 'Train');
  await evaluate(notebook, 'Evaluate 4', 6);
  await nothingForAxe(page);

  await test.step('the results are there after a reload', async () => {
    await expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();
    await page.reload();
    await expect(notebook.cell('Evaluate 4').getByRole('row')).toHaveCount(7);
  });
});

test('SFT against RL', async ({ page }) => {
  const notebook = await open(page, 'sft-against-rl', 'SFT against RL');
  const { max_steps, r, eval_questions, eval_samples } = SMALL;
  await train(notebook, 'Train', {
    max_steps,
    per_device_train_batch_size: '2',
    r,
    eval_questions,
    eval_samples,
  });
  await expect(notebook.cell('Train').getByText('Rollouts of step')).toHaveCount(0);
  await expect(notebook.cell('Train').locator('figcaption').getByText('Loss', { exact: true })).toBeVisible();
  await expect(notebook.cell('Train').locator('figcaption').getByText('Groups without variance')).toHaveCount(
    0,
  );
  await train(notebook, 'Train 2');
  await expect(notebook.cell('Compare').getByRole('row', { name: /^method sft grpo/ })).toBeVisible();
  await evaluate(notebook, 'Evaluate', 4);
  await nothingForAxe(page);

  await test.step('GRPO goes on from what was taught by example', async () => {
    await page.getByRole('button', { name: 'Add a cell after Train', exact: true }).click();
    await page.getByRole('menuitem', { name: /^Runs/ }).click();
    const runs = notebook.cell('Runs');
    const names = runs.getByRole('row').locator('.name');
    await expect(names).toHaveCount(2);
    const taught = await names.filter({ hasText: 'SFT' }).innerText();
    await runs.getByRole('button', { name: `New run from ${taught}`, exact: true }).click();
    const cell = notebook.cell('Train');
    await expect(cell.getByText(`it begins with what “${taught}” had learned after step 1`)).toBeVisible();
    await cell.getByLabel('method', { exact: true }).selectOption('GRPO');
    const { num_generations, generation_batch_size, max_completion_length } = SMALL;
    for (const setting of Object.entries({ num_generations, generation_batch_size, max_completion_length }))
      await notebook.set(cell, ...setting);
    await cell.getByRole('button', { name: 'Train', exact: true }).click();
    await expect(cell.getByText('Rollouts of step 1')).toBeVisible();
    await expect(cell.getByText('Done.')).toBeVisible();
    await expect(names).toHaveCount(3);
    const row = (words: string) => runs.getByRole('row').filter({ hasText: words });
    await expect(row(`Goes on from “${taught}”, step 1.`)).toContainText(`G ${num_generations}`);
    await expect(row('Continued by “')).toContainText(taught);
  });
});

test('Bring your own demonstrations', async ({ page }) => {
  const notebook = await open(page, 'bring-your-own-demonstrations', 'Bring your own demonstrations');
  const mine = await readFile(new URL('../fixtures/lerobot_v3.zip', import.meta.url));
  await notebook.openBundle('mine.zip', mine);
  const demonstrations = notebook.cell('Demonstrations');
  await expect(demonstrations.getByText(/^mine\.zip: \d+ demonstrations?$/)).toBeVisible();
  await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
  await ask(notebook, 2);
  await train(notebook, 'Train');
  await expect(notebook.cell('Runs').getByRole('cell', { name: '1 of 1', exact: true })).toBeVisible();

  await test.step('a reload finds the files', async () => {
    await expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();
    await page.reload();
    await expect(demonstrations.getByText(/^mine\.zip: \d+ demonstrations?$/)).toBeVisible();
  });
});

test('From laptop to cluster', async ({ page }) => {
  const notebook = await open(page, 'from-laptop-to-cluster', 'From laptop to cluster');
  await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
  await notebook.cell('Questions').getByText('Settings', { exact: true }).click();
  await expect(notebook.cell('Questions').getByLabel('preset')).toHaveValue('paper');
  await train(notebook, 'Train');
  const button = notebook.cell('Export').getByRole('button', { name: 'Download the EasyR1 bundle' });
  const zip = await notebook.download(button);
  expect(zipEntries(await readFile(await zip.path()))).toContain('config.yaml');
  await unfold(notebook.cell('Runs'));
  await expect(notebook.cell('Runs').getByRole('cell', { name: '1 of 1', exact: true })).toBeVisible();
});

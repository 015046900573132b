/** The lab and the traces, as a reader walks through them. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { NotebookPage } from './notebookPage.ts';

async function findings(page: Page, section: string) {
  const { violations } = await new AxeBuilder({ page }).include(section).analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a group made by hand under the glass', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const lab = notebook.cell('Lab');
  await expect(lab.getByText(/^Made by hand/)).toBeVisible();
  await expect(lab.getByRole('img', { name: /its options drawn in/ })).toBeVisible();
  await expect(lab.getByText('advantage +1.11').first()).toBeVisible();

  await lab.getByLabel('Reward of response 6').fill('2');
  await lab.getByLabel('Reward of response 6').press('Tab');
  await expect(lab.getByText('reward, by hand')).toBeVisible();
  await expect(lab.getByText('advantage +1.11')).toHaveCount(0);
  await lab.getByRole('button', { name: 'Undo my rewards' }).click();

  // Of the first two both are right, so nothing is left to learn; the third is wrong: (2 - 5/3) / 0.577.
  const size = lab.getByLabel('num_generations (G)');
  await size.fill('2');
  await expect(lab.getByText('All 2 are right and well formed')).toBeVisible();
  await size.fill('3');
  await expect(lab.getByText('The first 3 of 6 responses')).toBeVisible();
  const cards = lab.getByRole('listitem').filter({ hasText: 'Response' });
  await expect(cards).toHaveCount(3);
  await expect(cards.filter({ hasText: 'advantage +0.577' })).toHaveCount(2);
  await expect(cards.filter({ hasText: 'advantage −1.15' })).toHaveCount(1);
  await size.fill('6');
  await expect(lab.getByText('advantage +1.11').first()).toBeVisible();

  await lab.getByRole('button', { name: /^token 3:/ }).click();
  await expect(lab.getByText('1.42, above it')).toBeVisible();
  await expect(lab.getByText(/^Clipped/)).toBeVisible();
  await lab.getByLabel('epsilon_high').fill('0.5');
  await expect(lab.getByText('The update makes this token likelier.')).toBeVisible();
  await lab.getByLabel('ratio', { exact: true }).fill('2');
  await expect(lab.getByText(/^Clipped/)).toBeVisible();
  await page.keyboard.press('Tab');
  await lab.getByRole('button', { name: 'Reset ratio' }).click();

  const walk = lab.getByRole('group', { name: 'Walk over the tokens' });
  await walk.getByRole('button', { name: 'Step' }).click();
  await expect(lab.getByRole('button', { name: /^token 4:/ })).toHaveAttribute('aria-pressed', 'true');
  await walk.getByRole('button', { name: 'Run' }).click();
  await expect(lab.getByRole('toolbar', { name: 'Tokens of response 2' })).toBeVisible();
  await walk.getByRole('button', { name: 'Slow motion' }).click();
  await walk.getByRole('button', { name: 'Stop' }).click();
  await expect(walk.getByRole('button', { name: 'Step' })).toBeEnabled();

  await lab.getByRole('button', { name: 'RLOO' }).click();
  await expect(lab.getByText('r − mean of the others')).toBeVisible();
  await lab.getByLabel('Group').selectOption('An example without variance');
  await expect(lab.getByText('No variance.')).toBeVisible();
  expect(await findings(page, '#lab')).toEqual([]);
});

test('a run: its group under the glass, its traces read, filtered, compared and saved', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible({ timeout: 120_000 });

  await test.step('the lab takes a recorded group', async () => {
    await train.getByRole('button', { name: 'Put it under the glass' }).click();
    const lab = notebook.cell('Lab');
    await expect(lab.getByText(/^Recorded: Step 1, group 1/)).toBeVisible();
    await expect(lab.getByText('1, inside it')).toBeVisible();
  });

  const traces = notebook.cell('Traces');
  await test.step('the traces can be searched and saved', async () => {
    await traces.getByRole('button', { name: /^Read “/ }).click();
    await expect(traces.getByText(/^4 traces of 4/)).toBeVisible();
    await notebook
      .cell('Runs')
      .getByRole('button', { name: /^Read / })
      .click();
    await expect(traces).toBeInViewport();
    await expect(traces.getByRole('img', { name: /positions of the thought/ })).toBeVisible({
      timeout: 60_000,
    });
    await traces.getByLabel('answer').selectOption('right');
    await expect(traces.getByText(/^0 traces of 4/)).toBeVisible();
    await traces.getByLabel('answer').selectOption('any');
    const jsonl = await notebook.download(traces.getByRole('button', { name: 'Save as JSONL' }));
    const lines = (await readFile(await jsonl.path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { step: number }).step)).toEqual([1, 1, 1, 1]);
    const unipo = await notebook.download(traces.getByRole('button', { name: 'Save the run for UNIPO' }));
    expect(JSON.parse(await readFile(await unipo.path(), 'utf8'))).toHaveProperty('header.totalSteps', 1);
  });

  await test.step('when it decided', async () => {
    await traces.getByRole('button', { name: 'Read the letters along the thought' }).click();
    await expect(traces.getByRole('img', { name: /Share of each letter/ })).toBeVisible({ timeout: 60_000 });
    await expect(traces.getByText('Reading along the thought')).toBeHidden();
  });

  await test.step('two adapters on one question', async () => {
    await expect(traces.getByLabel('first').locator('option:checked')).toHaveText('base model');
    await expect(traces.getByLabel('second').locator('option:checked')).toHaveText(/^G 2, /);
    await traces.getByRole('button', { name: 'Compare' }).click();
    await expect(traces.getByRole('article', { name: /^second: / })).toBeVisible({ timeout: 60_000 });
    const read = await traces.getByText(/ · the right answer is /).innerText();
    const [, frame, answer] = /frame (\d+) · the right answer is ([A-D])/.exec(read)!;
    await expect(traces.getByText(`, frame ${frame}; the right answer is ${answer}`)).toBeVisible();
  });
  expect(await findings(page, '#traces')).toEqual([]);
});

test('that the loss leaves out what was cut is said of each response', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_completion_length: '2' });
  await train.getByText('Loss, advanced', { exact: true }).click();
  await train.getByLabel('mask_truncated_completions').check();
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible();
  await expect(train.getByText(/; 4 responses cut at the length limit, left out of the loss$/)).toBeVisible();
  const leftOut = 'cut at the length limit, so left out of the loss';
  await expect(train.getByText(leftOut)).toHaveCount(2);
  await train.getByRole('button', { name: 'Put it under the glass' }).click();
  await expect(notebook.cell('Lab').getByText(leftOut)).toHaveCount(2);
});

/** The page stays answerable while it trains and opens demonstrations, and fits every screen. */
import { expect, test } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBundle } from '../../src/demos/openBundle.ts';
import { rlbenchBundle } from '../bench/rlbenchBundle.ts';
import { observeLongTasks, traceTasks, type Task } from '../pageTasks.ts';
import { dropFiles } from './dropFiles.ts';
import { lengthenRun } from './longRun.ts';
import { NotebookPage, nothingOverflows } from './notebookPage.ts';

/** What the platform calls a long task, milliseconds: of the thread itself, since waiting for a core is not the page's doing. */
const LONG = 50;
const TABLETOP = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));
/** Of the time of its tasks the page had a core: the clock can be believed. */
const QUIET = 0.9;

test('no long task on the main thread while training', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({
    max_steps: '6',
    num_generations: '4',
    generation_batch_size: '8',
    max_completion_length: '24',
    r: '4',
    eval_questions: '2',
  });
  const observed = await observeLongTasks(page);
  const trace = await traceTasks(page);
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible();
  const tasks = await trace();
  const told = await observed();
  const all = (by: keyof Task) => tasks.reduce((sum, task) => sum + task[by], 0);
  const share = all('thread') / all('clock');
  console.log(
    `the page was told of ${told.length} tasks over ${LONG} ms by the clock, of which it had a core for ${(100 * share).toFixed(0)} %`,
  );
  expectShort(tasks, 'six steps, from the press on Train');
  // By the clock a busy machine makes tasks long, also those that answer the driver of the browser.
  if (share > QUIET) expect(told).toEqual([]);
});

test('no long task while a run of ten thousand steps grows, two others laid over it', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_steps: '2' });
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByRole('button', { name: 'Continue at step 2' })).toBeEnabled();
  const live = 30;
  await lengthenRun(page, { steps: 10_000, of: 10_000 + live, copies: 2 });
  await page.reload();
  const goOn = train.getByRole('button', { name: 'Continue at step 10001' });
  await expect(goOn).toBeEnabled();
  await train.getByText('Lay other runs over this one').click();
  for (const name of ['Copy 1', 'Copy 2']) await train.getByRole('checkbox', { name }).check();
  const reward = train.getByRole('img', { name: /^Reward: / });
  await expect(reward).toHaveAccessibleName(/Copy 2/);

  const trace = await traceTasks(page);
  await goOn.click();
  await expect(reward).toHaveAccessibleName(new RegExp(`at step ${10_000 + live}`));
  await expect(train.getByText('Done.')).toBeVisible();
  expectShort(await trace(), `${live} steps after ten thousand`);
  // A curve is drawn with no more points than it has room for.
  const path = await train.locator('path.curve').first().getAttribute('d');
  expect(path!.split('L').length).toBeLessThan(1500);
});

test('no long task while fifty RLBench episodes are dropped, opened and asked about', async ({
  page,
}, info) => {
  const { demonstrations } = await openBundle(new Blob([await readFile(TABLETOP)]), 'tabletop.zip');
  const { zip, episodes } = await rlbenchBundle(demonstrations, 50);
  const path = info.outputPath('fifty.zip');
  await writeFile(path, zip);
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await page.waitForLoadState('networkidle');
  await expect(page.getByText('wasm', { exact: true }).first()).toBeVisible();
  const questions = notebook.cell('Questions').getByText(/^1 of \d+$/);
  const count = async () => Number((await questions.textContent())!.replace('1 of ', ''));
  await expect(questions).toBeVisible();

  const trace = await traceTasks(page);
  await dropFiles(page, [path]);
  await expect(page.getByText(`fifty.zip: ${episodes} demonstrations`)).toBeVisible();
  await expect.poll(count).toBeGreaterThan(1000);
  // What the questions set off is part of it.
  await page.waitForTimeout(1000);
  expectShort(await trace(), `the opening of ${episodes} episodes`);
});

function expectShort(tasks: Task[], during: string): void {
  const longest = (by: keyof Task) => Math.max(...tasks.map((task) => task[by]));
  console.log(
    `longest task in ${during}: ${longest('thread').toFixed(0)} ms of the thread, ${longest('clock').toFixed(0)} ms by the clock`,
  );
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks.filter(({ thread }) => thread > LONG)).toEqual([]);
}

for (const [name, width, height, present] of [
  ['a phone', 360, 740, ''],
  ['a phone turned to large type', 360, 740, 'on'],
  ['a laptop at zoom 200 %', 640, 400, ''],
  ['a projector', 1280, 800, 'on'],
  ['a 4K screen', 3840, 2160, ''],
] as const)
  test(`nothing overflows on ${name}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    const notebook = new NotebookPage(page);
    await page.addInitScript((value) => localStorage.setItem('present', value), present);
    await notebook.open('?device=wasm');
    await expect(notebook.cell('Demonstrations').getByRole('img', { name: /frame 0 of/ })).toBeVisible();
    await nothingOverflows(page, width);
    const size = await page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    expect(size).toBeGreaterThan(present || width > 3000 ? 20 : 14);
  });

/** The curves of a run: pointed at, walked by key, added to, and taken home. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { traceTasks } from '../pageTasks.ts';
import { NotebookPage } from './notebookPage.ts';

/** Milliseconds of the thread. */
const LONG = 50;
const STEPS = 3;

/** @returns the train cell, its run done */
async function trained(page: Page): Promise<{ notebook: NotebookPage; train: Locator }> {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({
    max_steps: String(STEPS),
    num_generations: '8',
    generation_batch_size: '16',
    max_completion_length: '48',
  });
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible();
  return { notebook, train };
}

/** Where a step lies in a plot whose axis goes to 5, as that of a short run does. */
async function placeOf(plot: Locator, step: number): Promise<{ x: number; y: number }> {
  const { width, height } = (await plot.boundingBox())!;
  return { x: 46 + ((width - 56) * step) / 5, y: height / 2 };
}

test('rollouts follow what is pointed at, stay with what is chosen, and nothing jumps', async ({ page }) => {
  const { train } = await trained(page);
  const plot = train.getByRole('img', { name: /^Reward: / });
  const other = train.getByRole('img', { name: /^Response length: / });
  const rollouts = train.getByRole('heading', { name: /^Rollouts of step/ });
  await expect(rollouts).toHaveText(`Rollouts of step ${STEPS}`);
  const height = () => train.evaluate((cell) => cell.getBoundingClientRect().height);
  await plot.scrollIntoViewIfNeeded();
  await expect(train.locator('line.cursor')).toHaveCount(0);
  const before = await height();

  const trace = await traceTasks(page);
  for (const step of [1, 2, 1]) {
    await plot.hover({ position: await placeOf(plot, step) });
    await expect(rollouts).toHaveText(`Rollouts of step ${step}`);
    await expect(other.locator('line.cursor')).toHaveCount(1);
    expect(Math.abs((await height()) - before)).toBeLessThan(1);
  }
  const long = (await trace()).filter(({ thread }) => thread > LONG);
  expect(long).toEqual([]);

  await train.getByRole('heading', { level: 2 }).hover();
  await expect(rollouts).toHaveText(`Rollouts of step ${STEPS}`);
  await expect(train.locator('line.cursor')).toHaveCount(0);
  expect(Math.abs((await height()) - before)).toBeLessThan(1);

  await plot.click({ position: await placeOf(plot, 2) });
  await train.getByRole('heading', { level: 2 }).hover();
  await expect(rollouts).toHaveText('Rollouts of step 2');
  await other.hover({ position: await placeOf(other, 1) });
  await expect(rollouts).toHaveText('Rollouts of step 1');
  await train.getByRole('heading', { level: 2 }).hover();
  await expect(rollouts).toHaveText('Rollouts of step 2');
});

test('a curve is walked step by step by key, and a step is chosen', async ({ page }) => {
  const { train } = await trained(page);
  const curve = train.getByRole('slider', { name: 'Accuracy, step by step' });
  const rollouts = train.getByRole('heading', { name: /^Rollouts of step/ });
  // Else the page scrolls a curve beneath the pointer, which then points too.
  await page.mouse.move(0, 0);
  await curve.focus();
  await expect(curve).toHaveAttribute('aria-valuetext', /^step 3: rollouts [\d.]+(; |$)/);
  await page.keyboard.press('ArrowLeft');
  await expect(curve).toHaveAttribute('aria-valuenow', '2');
  await expect(rollouts).toHaveText('Rollouts of step 2');
  await expect(train.locator('line.cursor').nth(1)).toBeAttached();
  await page.keyboard.press('Home');
  await expect(curve).toHaveAttribute('aria-valuetext', /^step 0: held out/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await expect(rollouts).toHaveText('Rollouts of step 3');
  await page.keyboard.press('ArrowRight');
  await expect(curve).toHaveAttribute('aria-valuenow', '3');
  await page.keyboard.press('Tab');
  await expect(rollouts).toHaveText('Rollouts of step 1');
  await expect(train.getByRole('slider', { name: 'Format, step by step' })).toBeFocused();
});

test('more curves, and all of them taken home', async ({ page }) => {
  const { notebook, train } = await trained(page);

  await test.step('a metric beside the dozen', async () => {
    await train.getByText('More curves', { exact: true }).click();
    const more = train.getByRole('checkbox', { name: 'num_tokens' });
    await more.check();
    await expect(train.getByRole('img', { name: /^num_tokens: / })).toBeVisible();
    await more.uncheck();
    await expect(train.getByRole('img', { name: /^num_tokens: / })).toHaveCount(0);
  });

  await train.getByText('Save curves and numbers').click();
  const saved = async (kind: string) => {
    const download = await notebook.download(train.getByRole('button', { name: kind, exact: true }));
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };

  await test.step('pictures', async () => {
    const png = await saved('PNG');
    expect(png.name).toMatch(/\.png$/);
    expect(png.bytes.toString('latin1', 0, 8)).toBe('\x89PNG\r\n\x1a\n');
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(500);
    const svg = (await saved('SVG')).bytes.toString();
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    expect(svg).toContain('>Reward<');
    expect(svg).toContain('>Response length<');
    await train.getByLabel('Picture of').selectOption('Response length');
    const one = (await saved('SVG')).bytes.toString();
    expect(one).toContain('>Response length<');
    expect(one).not.toContain('>Reward<');
  });

  await test.step('numbers', async () => {
    const csv = (await saved('CSV')).bytes.toString().trim().split('\r\n');
    // The name of the run has commas of its own.
    const [columns, ...rows] = csv.map((row) => row.replace(/^"[^"]*"/, 'name').split(','));
    expect(columns).toEqual(
      expect.arrayContaining(['run', 'step', 'seconds', 'train/reward', 'eval/accuracy']),
    );
    expect(rows.map(([, step]) => step)).toEqual(['0', '1', '2', '3']);
    const lines = (await saved('JSONL')).bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    const reward = rows[1][columns.indexOf('train/reward')];
    expect(lines[1]['train/reward']).toBe(Number(reward));
    const events = await saved('TensorBoard');
    expect(events.name).toMatch(/^events\.out\.tfevents\.\d+/);
    expect(events.bytes.toString('latin1')).toContain('brain.Event:2');
    expect(events.bytes.toString('latin1')).toContain('train/reward');
  });
});

/** A notebook as a list of cells. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
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
  const train = await notebook.openTraining({ max_steps: '2' });
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
  await expect(notebook.cell('Runs').getByRole('cell', { name: '2 of 2', exact: true })).toHaveCount(2);
  await notebook.cell('Questions').getByRole('button', { name: 'Next' }).click();
  await expect(ask.getByText('Stale.')).toBeVisible();

  await test.step('run all does what is left to do', async () => {
    const started = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Run all' }).click();
    await expect(ask.getByText('Stale.')).toBeHidden();
    expect((await started).suggestedFilename()).toBe('robot-r1-easyr1.zip');
    await expect(notebook.cell('Runs').getByRole('cell', { name: '2 of 2', exact: true })).toHaveCount(2);
  });

  await test.step('run from here leaves what stands above as it is', async () => {
    await notebook.cell('Questions').getByRole('button', { name: 'Next' }).click();
    await expect(ask.getByText('Stale.')).toBeVisible();
    await notebook.set(notebook.cell('Export'), 'test_fraction', '0.3');
    const started = page.waitForEvent('download');
    await notebook.act('Lab', 'Run from here');
    expect((await started).suggestedFilename()).toBe('robot-r1-easyr1.zip');
    await expect(ask.getByText('Stale.')).toBeVisible();
    await notebook.act('Ask', 'Run from here');
    await expect(ask.getByText('Stale.')).toBeHidden();
  });

  await test.step('the two runs, begun in one minute, have names of their own', async () => {
    const names = await notebook.cell('Runs').locator('tbody .name').allTextContents();
    expect(new Set(names).size).toBe(2);
  });
});

test('a run that one notebook holds is not offered in another, until that one lets it go', async ({
  page,
}) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_steps: '2' });
  const takeUp = train.getByRole('button', { name: 'Take it up at step 2' });
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByRole('button', { name: 'Continue at step 2' })).toBeEnabled();
  const turnTo = async (item: string | RegExp) => {
    await page.getByRole('button', { name: 'Notebooks', exact: true }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await turnTo(/^New notebook/);
  await expect(page.getByLabel('Title of the notebook')).toHaveValue('Notebook 2');
  await expect(notebook.cell('Runs').getByRole('cell', { name: '1 of 2' })).toBeVisible();
  await expect(takeUp).toHaveCount(0);
  await turnTo(/^Notebook(?! 2)/);
  await expect(page.getByLabel('Title of the notebook')).toHaveValue('Notebook');
  await train.getByRole('button', { name: 'Set up a new run' }).click();
  await expect(takeUp).toBeVisible();
  await turnTo(/^Notebook 2/);
  await expect(takeUp).toBeVisible();
});

test('several notebooks: as links, as files, deleted and brought back', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const title = page.getByLabel('Title of the notebook');
  const shelf = page.getByRole('button', { name: 'Notebooks', exact: true });
  const choose = async (item: string | RegExp) => {
    await page.getByRole('button', { name: 'Actions for the notebook' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await notebook.open('?device=wasm');
  await expect(title).toHaveValue('Notebook');
  await title.fill('My own');
  await notebook.set(notebook.cell('Train'), 'max_steps', '7');

  await test.step('a text says what it says, and no more', async () => {
    await page.getByRole('button', { name: 'Add a cell at the top' }).click();
    await page.getByRole('menuitem', { name: /^Text/ }).click();
    const text = notebook.cell('Text');
    await text
      .getByLabel(/^Markdown/)
      .fill('# Mine\n\n$x^2$ <img src=x onerror="window.evil=1"> [go](javascript:window.evil=1) **bold**');
    await text.getByRole('button', { name: 'Done' }).click();
    await expect(text.getByRole('heading', { name: 'Mine' })).toBeVisible();
    await expect(text.locator('math')).toBeVisible();
    await expect(text.locator('strong')).toHaveText('bold');
    await expect(text.locator('img, script, [onerror], [href^=javascript]')).toHaveCount(0);
    expect(await page.evaluate(() => (window as { evil?: number }).evil)).toBeUndefined();
  });

  await test.step('a link carries it', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await choose(/^Copy a link/);
    await expect(page.getByText(/^The link is (copied|in the address)/)).toBeVisible();
    const link = await page.evaluate(() => (location.hash ? location.href : navigator.clipboard.readText()));
    const other = await (await page.context().browser()!.newContext()).newPage();
    await other.goto(link);
    const there = new NotebookPage(other);
    await expect(other.getByLabel('Title of the notebook')).toHaveValue('My own');
    await expect(there.cell('Train').getByLabel('max_steps')).toHaveValue('7');
    await expect(there.cell('Text').getByRole('heading', { name: 'Mine' })).toBeVisible();
    expect(new URL(other.url()).hash).toBe('');
    await other.goto(`${new URL('.', link).href}#notebook=damaged`);
    await other.reload();
    await expect(other.getByRole('alert')).toContainText('the link is damaged');
    await other.context().close();
  });

  const started = page.waitForEvent('download');
  await choose('Download JSON, with small results');
  const file = await (await started).path();

  await test.step('a new one beside it, and back', async () => {
    await shelf.click();
    await page.getByRole('menuitem', { name: 'New notebook' }).click();
    await expect(title).toHaveValue('Notebook');
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('40');
    await shelf.click();
    await page.getByRole('menuitem', { name: /^My own/ }).click();
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('7');
  });

  await test.step('deleted, brought back, and opened from its file', async () => {
    await choose('Delete the notebook');
    await expect(title).toHaveValue('Notebook');
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await expect(title).toHaveValue('My own');
    await page.getByLabel('File of a notebook').setInputFiles({
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"version": 1}'),
    });
    await expect(page.getByRole('alert')).toContainText('broken.json');
    await expect(title).toHaveValue('My own');
    await page.getByLabel('File of a notebook').setInputFiles({
      name: 'newer.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"version": 99, "title": "Newer", "cells": []}'),
    });
    await expect(page.getByRole('alert')).toContainText('newer.json was written by a newer notebook');
    await expect(title).toHaveValue('My own');
    await page
      .getByLabel('File of a notebook')
      .setInputFiles(fileURLToPath(new URL('../fixtures/notebook_v1.json', import.meta.url)));
    await expect(title).toHaveValue('Kept by version 1');
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('7');
    await shelf.click();
    await page.getByRole('menuitem', { name: /^My own/ }).click();
    await expect(title).toHaveValue('My own');
    await page.getByLabel('File of a notebook').setInputFiles(file);
    await expect(notebook.cell('Train').getByLabel('max_steps')).toHaveValue('7');
    await shelf.click();
    await expect(page.getByRole('menuitem', { name: /^My own/ })).toHaveCount(1);
  });
});

test('something moves before the model is there, and rests where motion is not wanted', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await page.route('**/checkpoint/**', () => undefined);
  await notebook.open('?device=wasm');
  const recorded = page.getByRole('figure', { name: 'A recorded answer' });
  await expect(recorded.getByText(/^Recorded beforehand, not live/)).toBeVisible();
  const words = () => recorded.locator('.trace').textContent();
  const before = await words();
  await expect.poll(words).not.toBe(before);
  await recorded.getByRole('button', { name: 'Pause' }).click();
  await expect(recorded.locator('.trace')).toContainText('</answer>');

  await page.emulateMedia({ reducedMotion: 'reduce' });
  await notebook.open('?device=wasm');
  await expect(recorded.locator('.trace')).toContainText('</answer>');
  await expect(recorded.getByRole('button', { name: 'Play the next' })).toBeVisible();
});

/** Demonstrations in every way they come: files, folders, drops, recordings. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator } from '@playwright/test';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLerobot } from '../../src/demos/lerobotWriter.ts';
import { openBundle } from '../../src/demos/openBundle.ts';
import { ParquetSource } from '../../src/demos/parquetSource.ts';
import { decodePicture } from '../../src/node/decodePicture.ts';
import { fixture, unzipped, zipped } from '../fixtures/fixture.ts';
import { findings, opened } from './demonstrationsCell.ts';
import { dropFiles } from './dropFiles.ts';
import { zipEntries, type NotebookPage } from './notebookPage.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const path = (name: string) => join(FIXTURES, name);

/** Open, and set to one demonstration of the quickest task. */
async function recordForm(notebook: NotebookPage, demonstrations: Locator): Promise<Locator> {
  await demonstrations.getByRole('button', { name: /^Record in the simulator/ }).click();
  const form = demonstrations.getByRole('group', { name: 'Record in the simulator' });
  await form.getByLabel('task').selectOption('reach target');
  await notebook.set(form, 'demonstrations', '1');
  await notebook.set(form, 'seed', '5');
  return form;
}

async function inFolder<T>(files: Record<string, Uint8Array>, use: (folder: string) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'demonstrations-'));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Statistics = Record<string, Record<string, unknown>>;

/** Of each feature, of the whole dataset and of each episode. */
async function statisticsOf(zip: Uint8Array<ArrayBuffer>): Promise<Record<string, Statistics>> {
  const files = await unzipped(zip);
  const path = 'meta/episodes/chunk-000/file-000.parquet';
  const episodes = await ParquetSource.open(new Blob([files[path] as Uint8Array<ArrayBuffer>]), path);
  const columns = [...episodes.columns].filter((name) => name.startsWith('stats/'));
  const told: Record<string, Statistics> = {
    whole: JSON.parse(new TextDecoder().decode(files['meta/stats.json'])) as Statistics,
  };
  for (const [column, rows] of Object.entries(await episodes.read(columns)))
    for (const [k, value] of rows.entries()) {
      const [, feature, statistic] = column.split('/');
      ((told[`episode ${k}`] ??= {})[feature] ??= {})[statistic] = value;
    }
  return told;
}

/**
 * Alike to 1e-5 on mean and standard deviation of pictures, and to one of 255 steps on what is a pixel's value:
 * libwebp is not of one version in Chromium and Node. Other features are equal.
 */
function sameStatistics(page: Record<string, Statistics>, node: Record<string, Statistics>): void {
  const CAMERA = 'observation.images.front';
  const plain = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)),
    ) as unknown;
  expect(Object.keys(page)).toEqual(['whole', 'episode 0']);
  expect(Object.keys(node)).toEqual(Object.keys(page));
  for (const [where, { [CAMERA]: pictures, ...numbers }] of Object.entries(page)) {
    const { [CAMERA]: due, ...dueNumbers } = node[where];
    expect(plain(numbers)).toEqual(plain(dueNumbers));
    expect(Object.keys(pictures)).toEqual(Object.keys(due));
    expect(Object.keys(pictures)).toContain('q99');
    for (const [statistic, value] of Object.entries(pictures)) {
      if (statistic === 'count') {
        expect(plain(value)).toEqual(plain(due.count));
        continue;
      }
      const channels = value as number[][][];
      expect(channels.map((rows) => rows.map((row) => row.length))).toEqual([[1], [1], [1]]);
      const apart = ['mean', 'std'].includes(statistic) ? 1e-5 : 1 / 255 + 1e-12;
      for (const [c, [[number]]] of channels.entries())
        expect(Math.abs(number - (due[statistic] as number[][][])[c][0][0])).toBeLessThanOrEqual(apart);
    }
    const [[[mean]]] = pictures.mean as number[][][];
    expect(mean).toBeGreaterThan(0.05);
    expect(mean).toBeLessThan(0.95);
  }
}

for (const [what, files, name] of [
  ['LeRobot v2.1', ['lerobot_v21.zip'], 'lerobot_v21.zip: 3 demonstrations'],
  ['LeRobot v3.0', ['lerobot_v3.zip'], 'lerobot_v3.zip: 2 demonstrations'],
  ['LeRobot v3.0 with films', ['lerobot_v3_h264.zip'], 'lerobot_v3_h264.zip: 2 demonstrations'],
  ['robomimic', ['robomimic.hdf5'], 'robomimic.hdf5: 2 demonstrations'],
  ['ManiSkill, two loose files', ['maniskill.h5', 'maniskill.json'], 'maniskill.h5 and 1 more:'],
  ['RLBench of one variation a folder', ['rlbench_variations.zip'], 'rlbench_variations.zip: 3'],
  ['RLBench of all variations', ['rlbench_all_variations.zip'], 'rlbench_all_variations.zip:'],
] as const) {
  test(`${what} becomes questions`, async ({ page }) => {
    const { notebook, demonstrations } = await opened(page);
    await page.getByLabel('Files of demonstrations').setInputFiles(files.map(path));
    await expect(demonstrations.getByText(name)).toBeVisible();
    await expect(demonstrations.getByRole('img', { name: /frame 0 of/ })).toBeVisible();
    await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
    expect(await demonstrations.getByRole('alert').count()).toBe(0);
  });
}

test('a film that no browser decodes is named where its picture would be', async ({ page }) => {
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('opencv.zip', Buffer.from(fixture('lerobot_v3_mp4v.zip')));
  await expect(demonstrations.getByText('opencv.zip: 2 demonstrations')).toBeVisible();
  await expect(demonstrations.getByRole('alert')).toContainText(
    'file-000.mp4: is in a codec that this browser cannot decode (mp4v)',
  );
});

test('folders and loose files, dropped and picked; a bad drop changes nothing', async ({ page }) => {
  const { demonstrations } = await opened(page);
  await expect(demonstrations.getByText('Every file is held against its checksum in the zip')).toBeVisible();
  await inFolder(await unzipped(fixture('rlbench_variations.zip')), async (folder) => {
    await dropFiles(page, [folder]);
    await expect(demonstrations.getByText(/^demonstrations-\w+: 3 demonstrations$/)).toBeVisible();
    await expect(demonstrations.getByText('Held against checksums: pictures (PNG).')).toBeVisible();
  });
  await dropFiles(page, [path('maniskill.h5'), path('maniskill.json')]);
  await expect(demonstrations.getByText(/^maniskill\.h5 and 1 more:/)).toBeVisible();
  await dropFiles(page, [path('maniskill.json')]);
  await expect(demonstrations.getByRole('alert')).toContainText('maniskill.json');
  await expect(demonstrations.getByText(/^maniskill\.h5 and 1 more:/)).toBeVisible();
  await inFolder(await unzipped(fixture('lerobot_v3.zip')), async (folder) => {
    await page.getByLabel('Folder of demonstrations').setInputFiles(folder);
    await expect(demonstrations.getByText(/^demonstrations-\w+: 2 demonstrations$/)).toBeVisible();
  });
});

test('a camera without calibration has no overlay, and says so; depth and masks are shown', async ({
  page,
}) => {
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('layers.zip', Buffer.from(fixture('rlbench_layers.zip')));
  await expect(demonstrations.getByText('layers.zip: 1 demonstration')).toBeVisible();
  const path = demonstrations.locator('polyline');
  await expect(path).toHaveCount(2);

  const picture = demonstrations.getByRole('img', { name: /^push button, frame 0/ });
  await demonstrations.getByLabel('depth').check();
  await expect(demonstrations.getByText(/^light \d\.\d\d m, dark \d\.\d\d m$/)).toBeVisible();
  await expect(picture).toHaveAttribute('aria-label', /, depth$/);
  await demonstrations.getByLabel('mask').check();
  await expect(demonstrations.getByText(/^\d+ objects?$/)).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await demonstrations.getByLabel('colour').check();
  await expect(picture).toHaveAttribute('src', /^blob:/);

  await demonstrations.getByLabel('Camera').selectOption('overhead');
  await expect(demonstrations.getByText(/^No calibration of this camera/)).toBeVisible();
  await expect(path).toHaveCount(0);
});

test('into the pictures of a camera on the arm is drawn by its pose of the frame, in 3D it moves along', async ({
  page,
}) => {
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('cups.zip', Buffer.from(fixture('rlbench_variations.zip')));
  await expect(demonstrations.getByText('cups.zip: 3 demonstrations')).toBeVisible();
  await demonstrations.getByLabel('Camera').selectOption('wrist');
  const last = demonstrations.locator('polyline.ahead').last();
  await expect(last).toBeVisible();
  const endOfPath = async () => (await last.getAttribute('points'))!.split(' ').at(-1);
  const before = await endOfPath();
  await demonstrations.getByRole('slider').fill('4');
  await expect(demonstrations.getByRole('img', { name: /^pick up cup, frame 4 of 9/ })).toBeVisible();
  expect(await endOfPath()).not.toBe(before);

  await demonstrations.getByRole('button', { name: '3D', exact: true }).click();
  await expect(demonstrations.getByRole('button', { name: 'As the camera sees it' })).toBeVisible();
  const words = demonstrations.getByText(/The camera stands at \[0\.195, /);
  await expect(words).toHaveCount(1);
});

test('a dataset of demonstrations of which one lacks a camera says what it leaves out', async ({ page }) => {
  const { notebook, demonstrations } = await opened(page);
  const files = await unzipped(fixture('rlbench_variations.zip'));
  const lacking = Object.entries(files).filter(([name]) => !/episode1\/wrist_rgb/.test(name));
  await notebook.openBundle('lacking.zip', Buffer.from(await zipped(Object.fromEntries(lacking))));
  await expect(demonstrations.getByText(/^lacking\.zip: /)).toBeVisible();
  const save = demonstrations.getByRole('button', { name: 'Download as a LeRobot v3.0 dataset' });
  const zip = await readFile(await (await notebook.download(save)).path());
  await expect(demonstrations.getByText('The dataset holds no pictures of wrist')).toBeVisible();
  const { demonstrations: read } = await openBundle(new Blob([zip]), 'x.zip');
  expect(read.map(({ cameras }) => Object.keys(cameras))).toEqual(read.map(() => ['front']));
});

test('a recording is cancelled, made, and saved as a LeRobot v3.0 dataset that opens again', async ({
  page,
}) => {
  const { notebook, demonstrations } = await opened(page);
  const form = await recordForm(notebook, demonstrations);
  await notebook.set(form, 'variation', '2');
  for (const toggle of ['camera moves', 'light changes', 'colours around change'])
    await form.getByLabel(toggle).check();
  expect(await findings(page)).toEqual([]);

  const record = form.getByRole('button', { name: 'Record' });
  await record.click();
  await expect(demonstrations.getByText(/^Recording reach target: seed 5, picture/)).toBeVisible();
  await demonstrations.getByRole('button', { name: 'Cancel' }).click();
  await expect(demonstrations.getByRole('progressbar')).toHaveCount(0);
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();

  await record.click();
  await expect(demonstrations.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await expect(demonstrations.getByRole('img', { name: /^reach target, frame 0/ })).toBeVisible();
  const length = await demonstrations.getByText(/frames at 20 a second/).textContent();
  const gripper = await demonstrations.getByText(/ m, open$/).textContent();

  const zip = await notebook.download(demonstrations.getByRole('button', { name: /^Download as a LeRobot/ }));
  expect(zip.suggestedFilename()).toBe('reach-target-seed-5-lerobot.zip');
  const bytes = await readFile(await zip.path());
  expect(zipEntries(bytes)).toEqual([
    'data/chunk-000/file-000.parquet',
    'meta/tasks.parquet',
    'meta/episodes/chunk-000/file-000.parquet',
    'meta/stats.json',
    'meta/info.json',
  ]);
  const again = await openBundle(new Blob([bytes]), 'again.zip');
  const byNode = await writeLerobot(again, { decode: decodePicture });
  sameStatistics(await statisticsOf(new Uint8Array(bytes)), await statisticsOf(byNode));
  await notebook.openBundle('again.zip', bytes);
  await expect(demonstrations.getByText('again.zip: 1 demonstration')).toBeVisible();
  await expect(demonstrations.getByText(length!)).toBeVisible();
  await expect(demonstrations.getByText(gripper!)).toBeVisible();
  await expect(demonstrations.locator('polyline')).toHaveCount(2);
});

test('nothing is recorded while a field holds no value of its own', async ({ page }) => {
  const { notebook, demonstrations } = await opened(page);
  const form = await recordForm(notebook, demonstrations);
  const record = form.getByRole('button', { name: 'Record' });
  const count = form.getByLabel('demonstrations', { exact: true });
  for (const [text, wrong] of [
    ['0', '0 is not between 1 and 200'],
    ['1.5', '1.5 is not whole'],
    ['', 'is empty: give a number from 1 to 200'],
    ['201', '201 is not between 1 and 200'],
  ]) {
    await count.fill(text);
    await count.press('Enter');
    await expect(form.getByRole('status')).toHaveText(`Correct this first: demonstrations ${wrong}.`);
    await expect(record).toBeDisabled();
    await expect(count).toHaveValue(text);
    await expect(demonstrations.getByRole('progressbar')).toHaveCount(0);
  }
  expect(await findings(page)).toEqual([]);
  await count.fill('1');
  await expect(record).toBeEnabled();
  await expect(form.getByRole('status')).toBeEmpty();

  await form.getByLabel('task').selectOption('phone on base');
  await notebook.set(form, 'variation', '3');
  await expect(form.getByRole('status')).toHaveText(/variation 3 is not between 0 and 0\.$/);
  await form.getByLabel('task').selectOption('reach target');
  await expect(record).toBeEnabled();
  await expect(form.getByLabel('variation')).toHaveValue('3');
});

test('a recording is there after a reload; what is kept can be seen and deleted', async ({ page }) => {
  const { notebook, demonstrations } = await opened(page);
  const form = await recordForm(notebook, demonstrations);
  await form.getByRole('button', { name: 'Record' }).click();
  await expect(demonstrations.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await expect(
    demonstrations.getByText(/^Kept in this browser, [\d.]+ [KM]B: a reload finds it\.$/),
  ).toBeVisible();
  const gripper = await demonstrations.getByText(/ m, open$/).textContent();
  const questions = await notebook
    .cell('Questions')
    .getByText(/^1 of \d+$/)
    .textContent();

  await expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();
  await page.reload();
  await expect(demonstrations.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await expect(demonstrations.getByRole('img', { name: /^reach target, frame 0/ })).toBeVisible();
  await expect(demonstrations.getByText(gripper!)).toBeVisible();
  await expect(notebook.cell('Questions').getByText(questions!)).toBeVisible();

  await notebook.act('Demonstrations', 'Duplicate');
  const second = notebook.cell('Demonstrations 2');
  await expect(second.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await notebook.act('Demonstrations 2', 'Delete');

  const runs = notebook.cell('Runs');
  await runs.getByText('What this browser keeps').click();
  await expect(runs.getByText(/^reach target, seed 5/).first()).toContainText('Demonstrations');
  const { violations } = await new AxeBuilder({ page }).include('#runs').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  for (const cell of ['Demonstrations 2', 'Demonstrations'])
    await runs.getByRole('button', { name: `Delete reach target, seed 5 of ${cell} of “Notebook”` }).click();
  await expect(
    runs.getByText(/^No demonstrations or files of questions: what you open or record/),
  ).toBeVisible();
  await expect(demonstrations.getByText(/a reload finds it/)).toHaveCount(0);
  await expect(demonstrations.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();
  await page.reload();
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();
});

test('seeds on which the expert fails are passed over, counted while it records, and named after', async ({
  page,
}) => {
  // A service worker would fetch the script past the route.
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  let clumsy = 0;
  await page.route(/\/simulator-[\w-]+\.js$/, async (route) => {
    const response = await route.fetch();
    const script = await response.text();
    const judged = /if\s*\(!(\w+)\.success\)\s*return null/;
    const body = script.replace(
      judged,
      'globalThis.judged=(globalThis.judged??0)+1;if(!$1.success||globalThis.judged<3)return null',
    );
    if (body !== script) clumsy++;
    await route.fulfill({ response, body });
  });
  const { notebook, demonstrations } = await opened(page);
  const form = await recordForm(notebook, demonstrations);
  await form.getByRole('button', { name: 'Record' }).click();
  await expect(
    demonstrations.getByText(/^Recording reach target: seed 7, .*2 seeds passed over: the expert failed/),
  ).toBeVisible();
  await expect(demonstrations.getByText('reach target, seed 5: 1 demonstration')).toBeVisible();
  await expect(
    demonstrations.getByText('2 seeds were passed over because the expert failed: 5, 6.'),
  ).toBeVisible();
  expect(clumsy).toBe(1);
});

/** Questions as they are kept, opened again, edited and trained on. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBundle } from '../../src/demos/openBundle.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { writeQuestionLines } from '../../src/questions/jsonLines.ts';
import {
  DEFAULT_QUESTION_SETTINGS,
  DIFFICULTIES,
  RINGS,
  type Question,
} from '../../src/questions/question.ts';
import { difficultyOf } from '../../src/questions/statistics.ts';
import { fixture } from '../fixtures/fixture.ts';
import { LEAST_TRAINING, NotebookPage, nothingOverflows, zipEntries } from './notebookPage.ts';

const SAMPLE = fileURLToPath(new URL('../../public/demos/sample.zip', import.meta.url));

async function opened(page: Page) {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const questions = notebook.cell('Questions');
  await expect(questions.getByText(/^1 of \d+$/)).toBeVisible();
  return { notebook, questions };
}

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('#questions').analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('nothing is made of the questions while a setting of theirs is no value', async ({ page }) => {
  const { notebook, questions } = await opened(page);
  await questions.getByText('Settings', { exact: true }).click();
  await notebook.set(questions, 'frame_interval', '0');
  const reason = 'Correct the settings of the questions first: frame_interval 0 is not between 1 and 1000.';
  const download = questions.getByRole('button', { name: /^Download \d+ questions$/ });
  await expect(questions.getByText(reason)).toBeVisible();
  await expect(download).toBeDisabled();
  const exports = notebook.cell('Export');
  const bundle = exports.getByRole('button', { name: 'Download the EasyR1 bundle' });
  await expect(exports.getByText(reason)).toBeVisible();
  await expect(bundle).toBeDisabled();

  await questions.getByLabel('preset', { exact: true }).selectOption({ index: 1 });
  await expect(questions.getByLabel('frame_interval', { exact: true })).not.toHaveValue('0');
  await expect(download).toBeEnabled();
  await notebook.set(exports, 'test_fraction', 'half');
  await expect(exports.getByText('Correct this first: test_fraction "half" is not a number.')).toBeVisible();
  await expect(bundle).toBeDisabled();
  await notebook.set(exports, 'test_fraction', '0.5');
  await expect(bundle).toBeEnabled();
});

test('every form is previewed and downloaded', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const { notebook, questions } = await opened(page);
  const form = questions.getByLabel('Form of the download');
  const row = questions.getByRole('group', { name: 'One row' });
  const reopen = () => questions.getByText('One row, as it will be written').click();
  await reopen();
  await expect(row).toContainText('"answer"');
  await questions.getByRole('combobox', { name: 'Kind', exact: true }).selectOption('waypoint');

  await form.selectOption('open');
  await expect(questions.getByRole('button', { name: /^Download [1-9]/ })).toBeVisible();
  await reopen();
  await expect(row).toContainText(/"answer": "\[-?\d\.\d{3}, /);
  const open = await notebook.download(questions.getByRole('button', { name: /^Download \d+ questions?$/ }));
  expect(open.suggestedFilename()).toBe('open-easyr1.zip');
  expect(zipEntries(await readFile(await open.path())).at(-1)).toBe('open.jsonl');

  await form.selectOption('direct');
  await expect(questions.getByRole('button', { name: /^Download [1-9]/ })).toBeVisible();
  await reopen();
  await expect(row).toContainText(/"from": "gpt",\s+"value": "\[/);
  await form.selectOption('cot');
  await expect(questions.getByRole('button', { name: /^Download [1-9]/ })).toBeVisible();
  await reopen();
  await expect(row).toContainText('Plan: 1. ');
  await expect(row).toContainText('Move: ');
  expect(await findings(page)).toEqual([]);
  await nothingOverflows(page, 360);
  const sft = await notebook.download(questions.getByRole('button', { name: /^Download \d+ examples?$/ }));
  expect(sft.suggestedFilename()).toBe('sft-cot.zip');
  expect(zipEntries(await readFile(await sft.path())).at(-1)).toBe('sft.json');

  for (const [download, what] of [
    [open, 'open-ended questions'],
    [sft, 'conversations for supervised fine-tuning'],
  ] as const) {
    const buffer = await readFile(await download.path());
    await page
      .getByLabel('Questions as JSON lines, parquet or EasyR1 rows')
      .setInputFiles({ name: 'form.zip', mimeType: 'application/zip', buffer });
    await expect(questions.getByRole('alert')).toContainText(`form.zip holds ${what}`);
  }
});

test('the filters by kind, task, demonstration and difficulty show what they say, alone and together', async ({
  page,
}) => {
  const { questions } = await opened(page);
  const { demonstrations } = await openBundle(new Blob([await readFile(SAMPLE)]), 'sample.zip');
  const all = makeQuestions(demonstrations, DEFAULT_QUESTION_SETTINGS);
  const shown = questions.locator('.steps [aria-live]');
  const filter = (name: string) => questions.getByRole('combobox', { name, exact: true });
  const values = (name: string) =>
    filter(name).evaluate((select: HTMLSelectElement) =>
      Array.from(select.options, ({ value }) => value).filter((value) => value !== ''),
    );
  const due = async (of: Question[]) => expect(shown).toHaveText(of.length ? `1 of ${of.length}` : 'none');
  const field: Record<string, (q: Question) => string> = {
    Kind: (q) => q.kind,
    Task: (q) => q.task,
    Demonstration: (q) => q.demonstration,
    Difficulty: (q) => difficultyOf(q, DEFAULT_QUESTION_SETTINGS) ?? '',
  };
  await due(all);

  for (const [name, of] of Object.entries(field)) {
    const offered = await values(name);
    expect(offered).toEqual(name === 'Difficulty' ? [...RINGS] : [...new Set(all.map(of))]);
    for (const value of offered) {
      await filter(name).selectOption(value);
      await due(all.filter((q) => of(q) === value));
    }
    await filter(name).selectOption('');
    await due(all);
  }

  const [one] = all.filter((q) => q.task !== all[0].task && field.Difficulty(q) === 'near');
  for (const [name, of] of Object.entries(field)) await filter(name).selectOption(of(one));
  const left = all.filter((q) => Object.values(field).every((of) => of(q) === of(one)));
  await due(left);
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(all.length / 4);
  // The demonstrations to choose from are those of the task; one of another task is let go.
  expect(await values('Demonstration')).toEqual([
    ...new Set(all.filter((q) => q.task === one.task).map((q) => q.demonstration)),
  ]);
  await filter('Task').selectOption(all[0].task);
  await expect(filter('Demonstration')).toHaveValue('');
  const { task, kind } = { task: all[0].task, kind: one.kind };
  const near = all.filter((q) => field.Difficulty(q) === field.Difficulty(one));
  await due(near.filter((q) => q.task === task && q.kind === kind));
});

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');

test('the page makes what Node makes, to the byte, at every difficulty', async ({ page }) => {
  const { notebook, questions } = await opened(page);
  const { demonstrations } = await openBundle(new Blob([await readFile(SAMPLE)]), 'sample.zip');
  await questions.getByText('Settings', { exact: true }).click();
  await notebook.set(questions, 'seed', '3');
  await notebook.set(questions, 'min_distance (m)', '0.05');
  const choice = questions.getByLabel('difficulty', { exact: true });
  const hashes = new Set<string>();
  for (const [i, difficulty] of DIFFICULTIES.entries()) {
    await choice.selectOption({ index: i });
    const settings = { ...DEFAULT_QUESTION_SETTINGS, seed: 3, min_distance: 0.05, difficulty };
    const due = sha256(writeQuestionLines(makeQuestions(demonstrations, settings)));
    await expect(async () => {
      const button = questions.getByRole('button', { name: /^Download \d+ questions$/ });
      const download = await notebook.download(button);
      expect(sha256(await readFile(await download.path())), difficulty).toBe(due);
    }).toPass({ timeout: 120_000 });
    hashes.add(due);
  }
  expect(hashes.size).toBe(DIFFICULTIES.length);
});

test('a zip of EasyR1 rows opens again: the same questions to the byte, with their pictures', async ({
  page,
}) => {
  const { notebook, questions } = await opened(page);
  const format = questions.getByLabel('Format of the download');
  const button = questions.getByRole('button', { name: /^Download \d+ questions$/ });
  const saved = async (name: string) => {
    await format.selectOption(name);
    return readFile(await (await notebook.download(button)).path());
  };
  const lines = await saved('jsonl');
  const buffer = await saved('easyr1');
  const open = (file: Buffer) =>
    page
      .getByLabel('Questions as JSON lines, parquet or EasyR1 rows')
      .setInputFiles({ name: 'rows.zip', mimeType: 'application/zip', buffer: file });

  await notebook.openBundle('robomimic.hdf5', Buffer.from(fixture('robomimic.hdf5')));
  await expect(page.getByText('robomimic.hdf5: 2 demonstrations')).toBeVisible();
  await open(buffer);
  await expect(questions.getByText(/^Showing the \d+ questions of rows\.zip/)).toBeVisible();
  // Its demonstration is not loaded: the picture is the zip's.
  await expect(questions.getByRole('img', { name: /^Frame \d+ of / })).toBeVisible();
  expect(sha256(await saved('jsonl'))).toBe(sha256(lines));
  expect(zipEntries(await saved('easyr1'))).toEqual(zipEntries(buffer));

  await open(buffer.subarray(0, buffer.length >> 1));
  await expect(questions.getByRole('alert')).toContainText('rows.zip: is not a zip that can be read');
  await expect(questions.getByText(/^Showing the \d+ questions of rows\.zip/)).toBeVisible();
});

test('edits and an opened file are what training asks; the run says so and goes on only with them', async ({
  page,
}) => {
  const { notebook, questions } = await opened(page);
  const count = Number((await questions.getByText(/^1 of \d+$/).textContent())!.replace('1 of ', ''));
  const parquet = questions.getByLabel('Format of the download');
  await parquet.selectOption('parquet');
  const download = await notebook.download(
    questions.getByRole('button', { name: `Download ${count} questions` }),
  );
  const file = {
    name: 'mine.parquet',
    mimeType: 'application/octet-stream',
    buffer: await readFile(await download.path()),
  };

  await questions.getByText('Edit or drop this question').click();
  await questions.getByRole('button', { name: 'Drop the question' }).click();
  await expect(questions.getByText(`1 of ${count - 1}`)).toBeVisible();

  await notebook.loadTinyModel();
  const train = notebook.cell('Train');
  await expect(train.getByText(/^Will train on the tabletop set/)).toBeVisible();
  await train.getByLabel('questions', { exact: true }).selectOption('those shown above');
  await expect(
    train.getByText(/^Will train on questions of sample\.zip, .* with your 1 edit\.$/),
  ).toBeVisible();
  await notebook.setTraining(train, {
    ...LEAST_TRAINING,
    max_steps: '2',
    generation_batch_size: '2',
    test_fraction: '0.5',
  });
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByText('Paused.')).toBeVisible();
  await expect(
    train.getByText(
      /^Trained on \d+ questions of sample\.zip, 1 question edited or dropped by hand; 1 .*SHA-256/,
    ),
  ).toBeVisible();

  await test.step('undone edits do not reach the run', async () => {
    await questions.getByRole('button', { name: /^Undo the last/ }).click();
    await train.getByRole('button', { name: 'Continue at step 2' }).click();
    await expect(train.getByText('Done.')).toBeVisible();
    await expect(train.getByText(/1 question edited or dropped by hand/)).toBeVisible();
  });

  await test.step('a file takes the place of made questions, and a run on it needs it', async () => {
    await page.getByLabel('Questions as JSON lines, parquet or EasyR1 rows').setInputFiles(file);
    await expect(questions.getByText(/^Showing the \d+ questions of mine\.parquet/)).toBeVisible();
    await train.getByRole('button', { name: 'Set up a new run' }).click();
    await expect(train.getByText(`Will train on the ${count} questions of mine.parquet.`)).toBeVisible();
    await train.getByRole('button', { name: 'Step once' }).click();
    await expect(train.getByText('Paused.')).toBeVisible();
    await expect(
      train.getByText(/^Trained on \d+ questions of mine\.parquet, with pictures of/),
    ).toBeVisible();
    await questions.getByRole('button', { name: 'Close the file' }).click();
    await train.getByRole('button', { name: 'Continue at step 2' }).click();
    await expect(train.getByRole('alert')).toContainText(
      'asks the questions of mine.parquet: open that file',
    );
  });
});

test('why there is no question is said: of settings that ask none, and of dropped ones', async ({ page }) => {
  const { notebook, questions } = await opened(page);
  await questions.getByText('Settings', { exact: true }).click();
  await questions.getByText('More settings', { exact: true }).click();
  for (const kind of ['current_state', 'movement']) await notebook.set(questions, `share of ${kind}`, '0');
  await notebook.set(questions, 'frame_interval', '1000');
  await expect(questions.getByText('1 of 4', { exact: true })).toBeVisible();
  await questions.getByText('Edit or drop this question').click();
  for (let left = 4; left > 0; left--) {
    await expect(questions.getByText(`1 of ${left}`, { exact: true })).toBeVisible();
    await questions.getByRole('button', { name: 'Drop the question' }).click();
  }
  await expect(questions.getByText('Every question was dropped: undo an edit to go on.')).toBeVisible();
  await questions.getByRole('button', { name: 'Undo the last of 4 edits' }).click();
  await expect(questions.getByText('1 of 1', { exact: true })).toBeVisible();
  await notebook.set(questions, 'share of waypoint', '0.000001');
  await expect(
    questions.getByText('These demonstrations give no question with these settings'),
  ).toContainText('every 1,000 frames');
});

/** What a reader has done is there after a reload, and a cell says when it no longer follows from those above. */
import { expect, test, type Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { NotebookPage } from './notebookPage.ts';

const kept = (page: Page) => expect(page.getByText('Kept in this browser.', { exact: true })).toBeVisible();

async function openAsked(page: Page): Promise<NotebookPage> {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  await notebook.loadTinyModel();
  const ask = notebook.cell('Ask');
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second on wasm, with the base model/)).toBeVisible();
  return notebook;
}

test('edits, an answer and what was changed in the lab survive a reload', async ({ page }) => {
  const notebook = await openAsked(page);
  const questions = notebook.cell('Questions');
  const lab = notebook.cell('Lab');
  const answer = notebook.cell('Ask').getByRole('article', { name: 'Response 1' }).locator('.trace');
  const words = await answer.innerText();
  const place = await questions.getByText(/^1 of \d+$/).innerText();
  const all = Number(place.split(' ')[2]);

  await questions.getByText('Edit or drop this question').click();
  await questions.getByRole('button', { name: 'Drop the question' }).click();
  await expect(questions.getByText(`1 of ${all - 1}`)).toBeVisible();
  await lab.getByRole('button', { name: 'Dr. GRPO' }).click();
  await notebook.set(lab, 'Reward of response 6', '2');
  await kept(page);

  await page.reload();
  await expect(questions.getByText(`1 of ${all - 1}`)).toBeVisible();
  await expect(lab.getByRole('button', { name: 'Dr. GRPO' })).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.getByLabel('Reward of response 6')).toHaveValue('2');
  await expect(answer).toBeVisible();
  expect(await answer.innerText()).toBe(words);
  await questions.getByRole('button', { name: 'Undo the last of 1 edit' }).click();
  await expect(questions.getByText(`1 of ${all}`)).toBeVisible();
});

test('an answer is stale when its question or its settings have changed, and says so', async ({ page }) => {
  const notebook = await openAsked(page);
  const ask = notebook.cell('Ask');
  const stale = ask.getByText('The question, the model or the settings have changed since; ask again.');
  await expect(stale).toBeHidden();
  await notebook.set(ask, 'temperature', '0.5');
  await expect(stale).toBeVisible();
  await notebook.set(ask, 'temperature', '1');
  await expect(stale).toBeHidden();
  const questions = notebook.cell('Questions');
  await questions.getByText('Settings', { exact: true }).click();
  await notebook.set(questions, 'seed', '7');
  await expect(stale).toBeVisible();
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(stale).toBeHidden();
});

test('a recorded group is under the glass again after a reload; the lab says whose it is', async ({
  page,
}) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText('Done.')).toBeVisible();
  await train.getByRole('button', { name: 'Put it under the glass' }).click();
  const lab = notebook.cell('Lab');
  await expect(lab.getByText(/^Recorded: Step 1, group 1 of “G 2, /)).toBeVisible();
  // The default loss of a run.
  await expect(lab.getByRole('button', { name: 'DAPO' })).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.getByText('Takes from Train')).toBeVisible();
  await notebook.set(lab, 'Reward of response 2', '2');
  await kept(page);

  await page.reload();
  await expect(lab.getByText(/^Recorded: Step 1, group 1 of “G 2, /)).toBeVisible();
  await expect(lab.getByLabel('Reward of response 2')).toHaveValue('2');
  await expect(lab.getByRole('img', { name: /its options drawn in/ })).toBeVisible();
  await expect(lab.getByText('Takes from Train')).toBeVisible();

  await notebook.set(train, 'max_steps', '2');
  await expect(train.getByText(/^Stale\. This run was trained with max_steps 1, not 2/)).toBeVisible();
});

test('an error offers what it asks for: the checkpoint of another run is loaded at a press', async ({
  page,
}) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining({ max_steps: '2' });
  const address = new URL('tiny/', page.url()).href;
  await train.getByRole('button', { name: 'Step once' }).click();
  await expect(train.getByText(/^Paused\. .*, step 1 of 2/)).toBeVisible();
  const model = notebook.cell('Model');
  await model.getByLabel('checkpoint', { exact: true }).fill('embedded');
  await model.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(model.getByText(address)).toBeHidden();
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByRole('alert')).toContainText(`trains ${address}, not embedded`);
  await train.getByRole('button', { name: `Load ${address}` }).click();
  await expect(train.getByRole('alert')).toBeHidden();
  await expect(model.getByText(address).first()).toBeVisible();
  await train.getByRole('button', { name: 'Continue at step 2' }).click();
  await expect(train.getByText(/^Done\. .*, step 2 of 2/)).toBeVisible();
});

test('an opened file, the filters and the curves that were chosen survive a reload', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  const questions = notebook.cell('Questions');
  const kind = questions.getByRole('combobox', { name: 'Kind', exact: true });
  const showing = questions.getByText(/^Showing the \d+ questions of mine\.jsonl/);

  await test.step('all of it is chosen', async () => {
    await kind.selectOption('waypoint');
    const written = await notebook.download(
      questions.getByRole('button', { name: /^Download \d+ questions$/ }),
    );
    const buffer = await readFile(await written.path());
    await page
      .getByLabel('Questions as JSON lines, parquet or EasyR1 rows')
      .setInputFiles({ name: 'mine.jsonl', mimeType: 'application/jsonl', buffer });
    await expect(showing).toBeVisible();
    await kind.selectOption('waypoint');
    for (const again of [false, true]) {
      if (again) await train.getByRole('button', { name: 'Set up a new run' }).click();
      await train.getByRole('button', { name: 'Train', exact: true }).click();
      await expect(train.getByText(/^Done\. /)).toBeVisible();
    }
    await train.getByText('More curves', { exact: true }).click();
    await train.getByRole('checkbox', { name: 'num_tokens' }).check();
    await train.getByText('Lay other runs over this one').click();
    await train.getByRole('checkbox', { name: /^G 2, / }).check();
    await expect(train.getByRole('img', { name: /^Reward: .*; / })).toBeVisible();
    await kept(page);
  });

  const reward = await train.getByRole('img', { name: /^Reward: / }).getAttribute('aria-label');
  await page.reload();
  await expect(showing).toBeVisible();
  await expect(kind).toHaveValue('waypoint');
  await expect(train.getByRole('img', { name: /^num_tokens: / })).toBeVisible();
  await expect(train.getByRole('img', { name: /^Reward: .*; / })).toHaveAccessibleName(reward!);

  await questions.getByRole('button', { name: 'Close the file' }).click();
  await kept(page);
  await page.reload();
  await expect(questions.getByText(/^1 of \d+$/)).toBeVisible();
  await expect(showing).toBeHidden();
});

test('a notebook as JSON shows what its runs came to where they are not', async ({ page, browser }) => {
  const notebook = new NotebookPage(page);
  const train = await notebook.openTraining();
  await train.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(train.getByText(/^Done\. /)).toBeVisible();
  const reward = await train.getByRole('img', { name: /^Reward: / }).getAttribute('aria-label');
  await page.getByRole('button', { name: 'Actions for the notebook' }).click();
  const started = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /^Download JSON/ }).click();
  const buffer = await readFile(await (await started).path());

  const elsewhere = await browser.newContext();
  try {
    const other = await elsewhere.newPage();
    await other.goto(new URL('?device=wasm', page.url()).href);
    const there = new NotebookPage(other).cell('Train');
    await expect(there.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
    await other
      .getByLabel('File of a notebook')
      .setInputFiles({ name: 'theirs.json', mimeType: 'application/json', buffer });
    const said = there.getByText(/^From the file: the run “.*” itself is not in this browser/);
    await expect(said).toBeVisible();
    await expect(there.getByRole('img', { name: /^Reward: / })).toHaveAccessibleName(reward!);
    await expect(there.getByText(/^Held-out questions, n = 1,/)).toBeVisible();
    await kept(other);
    await other.reload();
    await expect(said).toBeVisible();
    await there.getByRole('button', { name: 'Remove what the file says of it' }).click();
    await expect(said).toBeHidden();
    await kept(other);
    await other.reload();
    await expect(there.getByRole('button', { name: 'Train', exact: true })).toBeVisible();
    await expect(said).toBeHidden();
  } finally {
    await elsewhere.close();
  }
});

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { PLAIN_PORT } from './ports.ts';
import { LEAST_TRAINING, NotebookPage, nothingOverflows, zipEntries } from './notebookPage.ts';

const fixture = (name: string) => readFile(new URL(`../fixtures/${name}`, import.meta.url));

for (const device of ['wasm', 'webgpu'] as const) {
  test(`the whole story on ${device}`, async ({ page }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    const notebook = new NotebookPage(page);

    await test.step('the sample is shown at once', async () => {
      await notebook.open(`?device=${device}`);
      await expect(notebook.cell('Demonstrations').getByRole('img', { name: /frame 0 of/ })).toBeVisible();
    });
    await notebook.loadTinyModel();

    await test.step('an upload takes the place of the sample, a bad one does not', async () => {
      const demonstrations = notebook.cell('Demonstrations');
      await notebook.openBundle('mine.zip', await fixture('lerobot_v3.zip'));
      await expect(demonstrations.getByText(/^mine\.zip: \d+ demonstrations?$/)).toBeVisible();
      await notebook.openBundle('broken.zip', Buffer.from('this is no zip'));
      await expect(demonstrations.getByRole('alert')).toContainText('broken.zip');
      await expect(demonstrations.getByText(/^mine\.zip:/)).toBeVisible();
    });

    await test.step('a question is shown, and its answer on demand', async () => {
      const questions = notebook.cell('Questions');
      await expect(questions.getByText(/^1 of \d+$/)).toBeVisible();
      await expect(questions.getByText('right', { exact: true })).toBeHidden();
      await questions.getByRole('button', { name: 'Show the answer' }).click();
      await expect(questions.getByText('right', { exact: true })).toBeVisible();
      await questions.getByRole('button', { name: 'Next' }).click();
      await expect(questions.getByText(/^2 of \d+$/)).toBeVisible();
    });

    await test.step('the model answers, and a cancelled answer ends', async () => {
      const ask = notebook.cell('Ask');
      await ask.getByText('More sampling settings').click();
      await notebook.set(ask, 'max_completion_length', '12');
      await ask.getByRole('button', { name: 'Ask the model' }).click();
      await expect(ask.getByText(/tokens a second/)).toBeVisible();
      await expect(ask.getByRole('article')).toHaveCount(2);
      await expect(ask.getByText(/^reward/).first()).toBeVisible();
      await notebook.set(ask, 'max_completion_length', '200');
      await ask.getByRole('button', { name: 'Ask the model' }).click();
      await ask.getByRole('button', { name: 'Cancel' }).click();
      await expect(ask.getByRole('button', { name: 'Ask the model' })).toBeEnabled();
    });

    await test.step('training makes a step and is kept over a reload', async () => {
      await notebook.setTraining(notebook.cell('Train'), {
        ...LEAST_TRAINING,
        max_steps: '2',
        eval_questions: '3',
      });
      const train = notebook.cell('Train');
      await train.getByRole('button', { name: 'Step once' }).click();
      await expect(train.getByText('Rollouts of step 1')).toBeVisible();
      await expect(train.getByRole('button', { name: 'Continue at step 2' })).toBeEnabled();
      await expect(train.getByRole('table', { name: /Held-out questions, n = 3/ })).toBeVisible();

      await page.reload();
      await notebook.loadTinyModel();
      await expect(train.getByLabel('max_steps')).toHaveValue('2');
      await train.getByRole('button', { name: 'Set up a new run' }).click();
      await train.getByRole('button', { name: 'Take it up at step 2' }).click();
      await train.getByRole('button', { name: 'Continue at step 2' }).click();
      await expect(train.getByText('Rollouts of step 2')).toBeVisible();
      await expect(train.getByText('Done.')).toBeVisible();
    });

    await test.step('the run can be taken home and brought back', async () => {
      const runs = notebook.cell('Runs');
      await expect(runs.getByRole('cell', { name: '2 of 2' })).toBeVisible();
      const download = await notebook.download(runs.getByRole('button', { name: /^Download / }));
      const zip = await readFile(await download.path());
      expect(zipEntries(zip)).toContain('adapter_model.safetensors');
      await runs.getByRole('button', { name: /^Delete / }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await expect(runs.getByText('No runs yet')).toBeVisible();
      await page
        .getByLabel('Zip of a run')
        .setInputFiles({ name: 'run.zip', mimeType: 'application/zip', buffer: zip });
      await expect(runs.getByRole('cell', { name: '2 of 2' })).toBeVisible();
    });

    await test.step('the full-scale run is exported', async () => {
      const exporting = notebook.cell('Export');
      await exporting.getByRole('button', { name: 'Download the EasyR1 bundle' }).click();
      await expect(exporting.getByRole('alert')).toContainText('too few for 4 GPUs');
      await exporting.getByLabel('questions', { exact: true }).selectOption('tabletop set');
      const download = await notebook.download(
        exporting.getByRole('button', { name: 'Download the EasyR1 bundle' }),
      );
      const entries = zipEntries(await readFile(await download.path()));
      for (const name of ['config.yaml', 'train.jsonl', 'val.jsonl', 'reward.py', 'README.md']) {
        expect(entries).toContain(name);
      }
      await expect(exporting.getByRole('group', { name: 'Its README' })).toContainText('config.yaml');
    });
    expect(problems).toEqual([]);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nothing for axe to find, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const notebook = new NotebookPage(page);
    await notebook.open('?device=wasm');
    await expect(notebook.cell('Questions').getByText(/^1 of \d+$/)).toBeVisible();
    await notebook.loadTinyModel();
    const ask = notebook.cell('Ask');
    await ask.getByText('More sampling settings').click();
    await notebook.set(ask, 'max_completion_length', '12');
    await ask.getByRole('button', { name: 'Ask the model' }).click();
    await expect(ask.getByText(/tokens a second/)).toBeVisible();
    for (const folded of await page.getByText(/^(Settings|More settings|The prompt, as)/).all())
      await folded.click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual(
      [],
    );
  });
}

test('a plain host in a folder: one thread, and said so', async ({ page }) => {
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (
      !request.url().startsWith(`http://localhost:${PLAIN_PORT}/some/where/`) &&
      !request.url().startsWith('blob:')
    ) {
      elsewhere.push(request.url());
    }
  });
  await page.goto(`http://localhost:${PLAIN_PORT}/some/where/?device=wasm`);
  const notebook = new NotebookPage(page);
  await expect(notebook.cell('Model').getByText(/runs on one thread/)).toBeVisible();
  await expect(notebook.cell('Demonstrations').getByRole('img', { name: /frame 0 of/ })).toBeVisible();
  await notebook.loadTinyModel();
  const ask = notebook.cell('Ask');
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();
  expect(elsewhere).toEqual([]);
});

test('works by keyboard on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const demonstrations = notebook.cell('Demonstrations');
  const slider = demonstrations.getByRole('slider', { name: 'Frame' });
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await expect(demonstrations.getByRole('img', { name: /frame 1 of/ })).toBeVisible();
  await nothingOverflows(page, 360);
});

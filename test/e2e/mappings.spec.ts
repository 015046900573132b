/** Demonstrations of other robots: which columns are the state, and what follows for their questions. */
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { openBundle } from '../../src/demos/openBundle.ts';
import { findPreset } from '../../src/questions/presets.ts';
import { makeQuestions } from '../../src/questions/generate.ts';
import { fixture, unzipped, zipped } from '../fixtures/fixture.ts';
import { findings, opened } from './demonstrationsCell.ts';
import { nothingOverflows } from './notebookPage.ts';

/** LIBERO's dataset with other names for the elements of its state. */
async function withNames(name: (i: number) => string): Promise<Buffer> {
  const files = await unzipped(fixture('lerobot_v3.zip'));
  const info = JSON.parse(new TextDecoder().decode(files['libero/meta/info.json'])) as {
    features: Record<string, { shape: number[]; names: unknown }>;
  };
  const state = info.features['observation.state'];
  state.names = Array.from({ length: state.shape[0] }, (_, i) => name(i));
  files['libero/meta/info.json'] = new TextEncoder().encode(JSON.stringify(info));
  return Buffer.from(await zipped(files));
}

test('eight motors may be a pose or seven joints: the form opens by itself, filled in, and says that it guesses', async ({
  page,
}) => {
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('motors.zip', await withNames((i) => `motor_${i}`));
  await expect(demonstrations.getByRole('alert')).toContainText('is a guess from their count');
  await expect(demonstrations.getByRole('note').filter({ hasText: 'This is a guess' })).toContainText(
    'nothing has been read yet',
  );
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();
  const position = demonstrations.getByRole('group', { name: 'Position of the gripper' });
  await expect(position.getByLabel('z').locator('option:checked')).toHaveText('motor_2');
  const preview = demonstrations.getByRole('table', { name: /first frames/ });
  await expect(preview.getByRole('row').nth(1).getByRole('cell').first()).toHaveText('-0.321');
  expect(await findings(page)).toEqual([]);

  await demonstrations.getByRole('button', { name: 'Read with these columns' }).click();
  await expect(demonstrations.getByText('motors.zip: 2 demonstrations')).toBeVisible();
  await expect(
    demonstrations.getByText(/^Read as the state: position motor_0, motor_1, motor_2/),
  ).toBeVisible();
  await demonstrations.getByText('Which columns are the gripper’s state').click();
  await expect(preview).toBeVisible();
  await expect(demonstrations.getByText('This is a guess')).toHaveCount(0);
});

test('columns without telling names are chosen by hand, with a preview', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('unnamed.zip', await withNames((i) => `channel ${i}`));

  await expect(demonstrations.getByRole('alert')).toContainText('names no end-effector position');
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();
  const read = demonstrations.getByRole('button', { name: 'Read with these columns' });
  await expect(read).toBeDisabled();
  await expect(demonstrations.getByText(/^Still to choose: where the gripper is/)).toBeVisible();
  const position = demonstrations.getByRole('group', { name: 'Position of the gripper' });
  await position.getByLabel('column').selectOption('observation.state');
  await position.getByLabel('unit').selectOption('cm');
  const gripper = demonstrations.getByRole('group', { name: 'Opening of the gripper' });
  await gripper.getByLabel('column').selectOption('observation.state');
  await gripper.getByLabel('number').selectOption('channel 6');
  const preview = demonstrations.getByRole('table', { name: /first frames/ });
  await expect(preview.getByRole('columnheader')).toHaveText(['frame', 'x (m)', 'y (m)', 'z (m)', 'gripper']);
  await expect(preview.getByRole('row').nth(1).getByRole('cell')).toHaveText([
    '-0.003',
    '-0.002',
    '0.001',
    '0.040',
  ]);
  expect(await findings(page)).toEqual([]);
  await nothingOverflows(page, 360);

  await read.click();
  await expect(demonstrations.getByText('unnamed.zip: 2 demonstrations')).toBeVisible();
  await expect(demonstrations.getByText('[-0.003, -0.002, 0.001] m, open')).toBeVisible();

  await demonstrations.getByText('Which columns are the gripper’s state').click();
  await position.getByLabel('unit').selectOption('m');
  await read.click();
  await expect(demonstrations.getByText('[-0.321, -0.184, 0.128] m, open')).toBeVisible();
});

test('a gripper whose opening is not recorded is left out, and nothing says open or closed', async ({
  page,
}) => {
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('unnamed.zip', await withNames((i) => `channel ${i}`));
  const choose = (group: string) =>
    demonstrations.getByRole('group', { name: group }).getByLabel('column').first();
  await choose('Position of the gripper').selectOption('observation.state');
  const missing = demonstrations.getByText(
    /^Still to choose: how far the gripper is open, or that it is not/,
  );
  await expect(missing).toBeVisible();
  await choose('Opening of the gripper').selectOption('not there');
  await expect(missing).toHaveCount(0);
  await demonstrations.getByRole('button', { name: 'Read with these columns' }).click();
  await expect(demonstrations.getByText('unnamed.zip: 2 demonstrations')).toBeVisible();
  await expect(demonstrations.getByText(/\] m, opening not recorded$/)).toBeVisible();
  await expect(demonstrations.getByText(/^No opening of the gripper is read/)).toBeVisible();
  await expect(demonstrations.locator('.keypoints')).toHaveText(/^\s*1 frame \d+, ends\s*$/);
  await demonstrations.getByText('Which columns are the gripper’s state').click();
  await expect(choose('Opening of the gripper').locator('option:checked')).toHaveText('not there');
  expect(await findings(page)).toEqual([]);
  await notebook.cell('Questions').getByText('The prompt, as the model reads it').click();
  await expect(notebook.cell('Questions').getByRole('group', { name: 'Prompt' })).not.toHaveText(
    /open|closed/,
  );

  const zip = await notebook.download(demonstrations.getByRole('button', { name: /^Download as a LeRobot/ }));
  await notebook.openBundle('again.zip', await readFile(await zip.path()));
  await expect(demonstrations.getByText('again.zip: 2 demonstrations')).toBeVisible();
  await expect(demonstrations.getByText(/\] m, opening not recorded$/)).toBeVisible();
  await demonstrations.getByRole('button', { name: '3D', exact: true }).click();
  await expect(demonstrations.getByText(/metres, opening not recorded\..*/)).toBeAttached();
  await expect(
    demonstrations.getByText(/neither its rotation nor whether it is open is known\./).first(),
  ).toBeVisible();
});

test("another robot's wrong positions come from its own box, which the settings show and let go by hand", async ({
  page,
}) => {
  const bytes = fixture('robomimic.hdf5');
  const { notebook, demonstrations } = await opened(page);
  await notebook.openBundle('lift.hdf5', Buffer.from(bytes));
  await expect(demonstrations.getByText('lift.hdf5: 2 demonstrations')).toBeVisible();
  const questions = notebook.cell('Questions');
  await questions.getByText('Settings', { exact: true }).click();
  await questions.getByLabel('preset').selectOption('Anywhere');
  await questions.getByText('More settings').click();
  const box = questions.getByLabel('state_space (m)');
  await expect(box.locator('option:checked')).toHaveText(
    'from the data: [-0.39, -0.39, -0.50] to [1.04, 1.07, 1.09]',
  );
  const low = questions.getByLabel('state_space.low z (m)');
  await expect(low).toHaveCount(0);

  const { demonstrations: demos } = await openBundle(new Blob([bytes]), 'lift.hdf5');
  const [due] = makeQuestions(demos, findPreset('random').settings);
  const role = 'You assist a robot (Panda): you plan its movements and carry them out.';
  expect(due.prompt).toContain(role);
  await questions.getByText('The prompt, as the model reads it').click();
  const prompt = questions.getByRole('group', { name: 'Prompt' });
  await expect(prompt).toHaveText(due.prompt);

  await box.selectOption('set here');
  await expect(low).toHaveValue('-0.5');
  await notebook.set(questions, 'state_space.low z (m)', '0.7');
  await expect(prompt).not.toHaveText(due.prompt);
  await box.selectOption({ index: 0 });
  await expect(prompt).toHaveText(due.prompt);
});

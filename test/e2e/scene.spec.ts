import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { NotebookPage, nothingOverflows } from './notebookPage.ts';

async function openIn3D(cell: Locator): Promise<Locator> {
  await cell.getByRole('button', { name: '3D', exact: true }).click();
  const view = cell.getByRole('application', { name: /^3D view/ });
  await expect(view).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  return view;
}

/** What the view shows once two looks at it are alike. */
async function settled(view: Locator): Promise<Buffer> {
  let last = await view.screenshot();
  await expect
    .poll(
      async () => {
        const before = last;
        last = await view.screenshot();
        return last.equals(before);
      },
      { timeout: 60_000, intervals: [500] },
    )
    .toBe(true);
  return last;
}

/** Waits until the view shows another picture than the one given. */
async function changed(view: Locator, before: Buffer): Promise<Buffer> {
  await expect.poll(async () => (await view.screenshot()).equals(before), { timeout: 60_000 }).toBe(false);
  return settled(view);
}

const words = (view: Locator) =>
  view.evaluate((element) => document.getElementById(element.getAttribute('aria-describedby')!)!.textContent);

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).include('main').analyze();
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

test('a demonstration is looked around in 3D', async ({ page }) => {
  const problems: string[] = [];
  const requested: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.text().startsWith('THREE') && problems.push(message.text()));
  page.on('request', (request) => requested.push(request.url()));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const demonstrations = notebook.cell('Demonstrations');
  await expect(demonstrations.getByRole('img', { name: /frame 0 of/ })).toBeVisible();
  expect(requested.filter((url) => /scene/i.test(url))).toEqual([]);

  const view = await openIn3D(demonstrations);
  expect(await words(view)).toMatch(/^The robot arm at its table, frame 0 of \d+\. Gripper at \[0\.2/);
  const first = await settled(view);

  await demonstrations.getByRole('slider', { name: 'Frame' }).fill('40');
  const scrubbed = await changed(view, first);
  expect(await words(view)).toContain('frame 40 of');

  await view.focus();
  await page.keyboard.press('ArrowRight');
  const turned = await changed(view, scrubbed);
  await page.keyboard.press('+');
  const near = await changed(view, turned);
  await page.keyboard.press('Home');
  await changed(view, near);
  await demonstrations.getByRole('button', { name: 'As the camera sees it' }).click();
  await changed(view, near);

  expect(await violations(page)).toEqual([]);
  await demonstrations.getByRole('button', { name: 'Both', exact: true }).click();
  const picture = demonstrations.getByRole('img', { name: /frame 40 of/ });
  await expect(picture).toBeVisible();
  await expect(view).toHaveAttribute('aria-busy', 'false');
  const [left, right] = await Promise.all([picture.boundingBox(), view.boundingBox()]);
  expect(right!.x).toBeGreaterThanOrEqual(left!.x + left!.width);
  expect(Math.abs(right!.y - left!.y)).toBeLessThan(8);
  expect(await violations(page)).toEqual([]);
  await demonstrations.getByRole('button', { name: 'Picture', exact: true }).click();
  await expect(demonstrations.getByRole('img', { name: /frame 40 of/ })).toBeVisible();
  await expect.poll(() => page.workers().filter((w) => /scene/i.test(w.url())).length).toBe(0);
  expect(problems).toEqual([]);
});

test('a question keeps its answer in 3D until it is shown, dark and on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const questions = notebook.cell('Questions');
  await expect(questions.getByText(/^1 of \d+$/)).toBeVisible();
  const view = await openIn3D(questions);
  expect(await words(view)).toMatch(/Options: A at \[/);
  expect(await words(view)).not.toContain('Right is');
  const asked = await settled(view);
  await questions.getByRole('button', { name: 'Show the answer' }).click();
  await changed(view, asked);
  expect(await words(view)).toMatch(/Right is [A-D]\./);
  expect(await violations(page)).toEqual([]);
  await nothingOverflows(page, 360);

  await questions.getByRole('button', { name: 'Both', exact: true }).click();
  const picture = questions.getByRole('img', { name: /its options drawn in/ });
  await expect(picture).toBeVisible();
  const [above, below] = await Promise.all([picture.boundingBox(), view.boundingBox()]);
  expect(below!.y).toBeGreaterThanOrEqual(above!.y + above!.height);
});

test('of another world only what is known is drawn, and what is not is said', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const demonstrations = notebook.cell('Demonstrations');
  await expect(demonstrations.getByText('sample.zip: 4 demonstrations')).toBeVisible();
  const view = await openIn3D(demonstrations);
  await expect(demonstrations.getByText(/not drawn/)).toHaveCount(0);
  for (const [files, noted, ground] of [
    [['maniskill.h5', 'maniskill.json'], /^Robot \(not named\) not drawn: .* top is at 0\sm/, 'at a table'],
    [['robomimic.hdf5'], /^Panda not drawn: its joints .* Table height not known/, 'over a grid'],
    [['lerobot_v21.zip'], /^Panda not drawn: no joint .* Table height not known/, 'over a grid'],
  ] as const) {
    const paths = files.map((name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
    const before = await settled(view);
    await page.getByLabel('Files of demonstrations').setInputFiles(paths);
    const note = demonstrations.getByText(noted).first();
    await expect(note).toBeVisible();
    await changed(view, before);
    expect(await words(view)).toContain(`The gripper alone ${ground}, frame 0 of`);
    expect(await words(view)).toContain((await note.textContent())!);
    const start = await settled(view);
    await demonstrations.getByRole('slider', { name: 'Frame' }).fill('2');
    await changed(view, start);
    expect(await violations(page)).toEqual([]);
  }
  await nothingOverflows(page, 360);
});

test('without WebGL a sentence says so and the page goes on', async ({ page }) => {
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.transferControlToOffscreen = () => {
      throw new Error('no WebGL here');
    };
  });
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const demonstrations = notebook.cell('Demonstrations');
  await expect(demonstrations.getByRole('img', { name: /frame 0 of/ })).toBeVisible();
  await demonstrations.getByRole('button', { name: '3D', exact: true }).click();
  await expect(demonstrations.getByRole('alert')).toContainText('no WebGL 2');
  await demonstrations.getByRole('button', { name: 'Picture', exact: true }).click();
  await expect(demonstrations.getByRole('img', { name: /frame 0 of/ })).toBeVisible();
});

// Pictures of the built page for the README: npm run build && node tools/screenshots.mjs [--steps N] [--device wasm]
// Asks and trains with the embedded checkpoint for real, so the numbers in the pictures were computed.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { CHROMIUM_FLAGS, findChromium } from '../test/chromium.mjs';

const PORT = 4313;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}docs/screenshots/`;
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '3' },
    device: { type: 'string', default: 'wasm' },
  },
});

const PATIENCE = 20 * 60_000;

async function main() {
  mkdirSync(folder, { recursive: true });
  const server = spawn('node', ['test/e2e/serve.mjs', String(PORT), '/', 'isolated'], { cwd: root });
  const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    page.setDefaultTimeout(PATIENCE);
    await arrive(page);
    await page.screenshot({ path: `${folder}start.png` });
    await chooseMiddle(page);
    await ask(page);
    await train(page);
    await sections(page, 'light');
    await page.getByRole('button', { name: 'Dark' }).click();
    await sections(page, 'dark');
    await page.getByRole('button', { name: 'Dark' }).click();
    await whole(page, 'wide', 1920, 1080);
    await whole(page, 'phone', 390, 844);
  } finally {
    await browser.close();
    server.kill();
  }
}

async function arrive(page) {
  await page.goto(`http://localhost:${PORT}/?device=${values.device}`);
  await page.getByRole('img', { name: /frame 0 of/ }).waitFor();
  await page.getByRole('button', { name: 'Ask the model' }).and(page.locator(':enabled')).waitFor();
}

/** A frame on the way, where there is something to see. */
async function chooseMiddle(page) {
  const slider = page.getByRole('slider', { name: 'Frame' });
  const last = Number(await slider.getAttribute('max'));
  await slider.fill(String(Math.round(last * 0.45)));
  const questions = page.getByRole('region', { name: 'Questions', exact: true });
  for (let i = 0; i < 6; i++) await questions.getByRole('button', { name: 'Next' }).click();
}

async function ask(page) {
  await page.getByRole('button', { name: 'Ask the model' }).click();
  await page.getByText(/tokens a second/).waitFor();
}

async function train(page) {
  const cell = page.getByRole('region', { name: 'Train', exact: true });
  await cell.getByText('More settings, named as in TRL').click();
  for (const [label, value] of Object.entries({
    max_steps: values.steps,
    generation_batch_size: '32',
    eval_questions: '24',
    eval_steps: '0',
  })) {
    const field = cell.getByLabel(label, { exact: true });
    await field.fill(value);
    await field.press('Tab');
  }
  await cell.getByText('More settings, named as in TRL').click();
  await cell.getByRole('button', { name: 'Train', exact: true }).click();
  await cell.getByText('Done.').waitFor();
}

async function sections(page, name) {
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const title of ['Demonstrations', 'Questions', 'Ask', 'Train', 'Lab', 'Runs']) {
    const section = page.getByRole('region', { name: title, exact: true });
    await section.screenshot({ path: `${folder}${title.toLowerCase()}-${name}.png` });
  }
}

async function whole(page, name, width, height) {
  await page.setViewportSize({ width, height });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(500);
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: name === 'phone' });
}

await main();

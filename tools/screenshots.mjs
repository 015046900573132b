// Pictures of every view of the built page, light, dark, on a phone and in large type: npm run build && node tools/screenshots.mjs
// Asks, trains and evaluates with the embedded checkpoint for real, so the numbers in the pictures were computed.
// --only start,lab some of the views, --looks light,dark,phone,present, --device wasm, --steps N of each of two trainings;
// --run DIR, once or twice, shows what robot-r1 train wrote instead of training.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { chromium } from 'playwright';
import { CHROMIUM_FLAGS, findChromium } from '../test/chromium.mjs';

const PORT = 4313;
/** Milliseconds for one thing to appear; a busy machine takes its time. */
const PATIENCE = 5 * 60_000;
const LONGEST = 2400;
/** Pixels around a cell. */
const EDGE = 16;
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}docs/screenshots/`;
const { values } = parseArgs({
  options: {
    run: { type: 'string', multiple: true, default: [] },
    steps: { type: 'string', default: '6' },
    device: { type: 'string', default: 'wasm' },
    only: { type: 'string' },
    looks: { type: 'string', default: 'light,dark,phone,present' },
  },
});

const LOOKS = {
  light: { width: 1280, height: 900 },
  dark: { width: 1280, height: 900, colorScheme: 'dark' },
  phone: { width: 360, height: 740 },
  present: { width: 1920, height: 1080, present: true },
};

/** What is folded away in a questions cell. */
const QUESTION_PARTS = ['What these questions are like', 'Edit or drop this question', 'The prompt, as the model reads it', 'One row, as it will be written'];

const cell = (title) => (page) => page.getByRole('region', { name: title, exact: true });

/**
 * `before` is done once and makes what is seen; `show` gives what is pictured, null for the window, and `hide` takes back
 * what it opened. Views on another address come last.
 */
const VIEWS = {
  start: { show: top },
  notebooks: {
    show: (page) => menu(page, page.getByRole('button', { name: 'Notebooks', exact: true })),
    hide: escape,
  },
  'add-cell': {
    show: (page) => menu(page, page.getByRole('button', { name: 'Add a cell after Demonstrations' })),
    hide: escape,
  },
  demonstrations: { before: chooseFrame, show: cell('Demonstrations') },
  questions: { before: chooseQuestion, show: cell('Questions') },
  ask: { before: ask, show: cell('Ask') },
  train: { before: trainTwice, show: cell('Train') },
  compare: { before: compareTrainings, show: cell('Compare') },
  evaluate: { before: evaluate, show: cell('Evaluate') },
  lab: { before: study, show: cell('Lab') },
  runs: { before: compareRuns, show: cell('Runs') },
  traces: { before: read, show: cell('Traces') },
  export: { before: exportBundle, show: cell('Export') },
  record: { show: openRecording, hide: closeRecording },
  scene: { show: openScene, hide: closeScene },
  'question-settings': { show: toggled('Questions', 'Settings', 'More settings'), hide: toggled('Questions', 'More settings', 'Settings') },
  'question-statistics': { show: toggled('Questions', ...QUESTION_PARTS), hide: toggled('Questions', ...QUESTION_PARTS) },
  settings: { show: toggleSettings, hide: toggleSettings },
  model: { show: toggleChooser, hide: toggleChooser },
  mapping: { address: '?open=bring-your-own-demonstrations', before: openMapping, show: cell('Demonstrations') },
  text: { address: '?open=grpo-step-by-step', before: painted, show: (page) => page.getByRole('region').filter({ has: page.getByRole('heading', { name: 'From rewards to advantages' }) }) },
  style: { address: 'style.html', before: painted, show: whole },
};

async function main() {
  const wanted = values.only?.split(',') ?? Object.keys(VIEWS);
  const looks = values.looks.split(',');
  mkdirSync(folder, { recursive: true });
  if (!values.only) for (const name of readdirSync(folder)) rmSync(`${folder}${name}`);
  const server = spawn('node', ['test/e2e/serve.mjs', String(PORT), '/', 'isolated'], { cwd: root });
  const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_FLAGS });
  try {
    const page = await browser.newPage({ viewport: LOOKS.light, colorScheme: 'light', reducedMotion: 'reduce' });
    page.setDefaultTimeout(PATIENCE);
    await arrive(page);
    const began = Date.now();
    for (const [name, { address, before }] of Object.entries(VIEWS)) {
      if (address || !needed(name, wanted)) continue;
      await before?.(page);
      console.log(`${name}: ready after ${Math.round((Date.now() - began) / 1000)} s`);
    }
    const here = Object.entries(VIEWS).filter(([name, { address }]) => !address && wanted.includes(name));
    const elsewhere = Object.entries(VIEWS).filter(([name, { address }]) => address && wanted.includes(name));
    for (const look of looks) {
      await wear(page, LOOKS[look]);
      for (const [name, { show, hide }] of here) {
        await picture(page, await show(page), `${name}-${look}`);
        await hide?.(page);
      }
    }
    for (const [name, { address, before, show }] of elsewhere) {
      await wear(page, LOOKS.light);
      await page.goto(`http://localhost:${PORT}/${address}`);
      await before(page);
      for (const look of looks) {
        await wear(page, LOOKS[look]);
        await picture(page, await show(page), `${name}-${look}`);
      }
    }
    console.log(`${Math.round((Date.now() - began) / 1000)} s in all`);
  } finally {
    await browser.close();
    server.kill();
  }
}

/** Views that are made of what another one made. */
const MADE_OF = { compare: ['train'], lab: ['train'], runs: ['train'], traces: ['train', 'runs'], evaluate: ['train'], settings: ['train'] };

function needed(name, wanted) {
  const needs = (one) => [one, ...(MADE_OF[one] ?? []).flatMap(needs)];
  return wanted.some((one) => needs(one).includes(name));
}

async function wear(page, { width, height, colorScheme = 'light', present = false }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.evaluate((on) => (document.documentElement.dataset.present = on ? 'on' : ''), present);
  await page.waitForTimeout(400);
}

/** As WebP, which the browser writes itself; what is very tall is cut. */
async function picture(page, target, name) {
  if (target?.path) {
    await store(page, await page.screenshot({ fullPage: true }), name);
    return;
  }
  if (!target) {
    await store(page, await page.screenshot(), name);
    return;
  }
  await target.scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await stick(target, false);
  // A window as high as the cell: a picture of the whole page would take ten times as long.
  const window = page.viewportSize();
  const high = Math.min(LONGEST, Math.ceil((await target.boundingBox()).height) + 2 * EDGE);
  await page.setViewportSize({ ...window, height: Math.max(high, window.height) });
  await target.evaluate((element, edge) => scrollBy({ top: element.getBoundingClientRect().top - edge, behavior: 'instant' }), EDGE);
  await page.waitForTimeout(300);
  const { x, y, width } = await target.boundingBox();
  const clip = { x: Math.max(0, x - EDGE), y: Math.max(0, y - EDGE), width: width + 2 * EDGE, height: high };
  await store(page, await page.screenshot({ clip, animations: 'disabled' }), name);
  await stick(target, true);
  await page.setViewportSize(window);
}

/** What moves along as one scrolls would stand anywhere in a picture of the whole. */
function stick(target, on) {
  return target.evaluate((root, on) => {
    for (const element of root.querySelectorAll('*')) {
      if (on) element.style.removeProperty('position');
      else if (getComputedStyle(element).position === 'sticky') element.style.position = 'static';
    }
  }, on);
}

async function store(page, png, name) {
  const webp = await page.evaluate(
    async ([data, longest]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(image.width, Math.min(image.height, longest));
      canvas.getContext('2d').drawImage(image, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.72 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    },
    [png.toString('base64'), LONGEST],
  );
  writeFileSync(`${folder}${name}.webp`, Buffer.from(webp, 'base64'));
}

async function arrive(page) {
  await page.goto(`http://localhost:${PORT}/?device=${values.device}`);
  await page.getByRole('img', { name: /frame 0 of/ }).waitFor();
}

async function modelReady(page) {
  await page.getByRole('button', { name: 'Ask the model' }).and(page.locator(':enabled')).waitFor();
}

async function painted(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForLoadState('networkidle');
}

async function top(page) {
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await page.waitForTimeout(300);
  return null;
}

function whole() {
  return { path: 'whole' };
}

async function menu(page, button) {
  await button.scrollIntoViewIfNeeded();
  await button.click();
  await page.waitForTimeout(500);
  return null;
}

/** A frame on the way, where there is something to see. */
async function chooseFrame(page) {
  const slider = cell('Demonstrations')(page).getByRole('slider', { name: 'Frame' });
  const last = Number(await slider.getAttribute('max'));
  await slider.fill(String(Math.round(last * 0.45)));
}

async function chooseQuestion(page) {
  for (let i = 0; i < 6; i++) await cell('Questions')(page).getByRole('button', { name: 'Next' }).click();
  await cell('Questions')(page).getByRole('button', { name: 'Show the answer' }).click();
}

async function ask(page) {
  await modelReady(page);
  const asking = cell('Ask')(page);
  await asking.getByRole('button', { name: 'Ask the model' }).click();
  await asking.getByText(/tokens a second/).waitFor();
  await readLetters(asking);
}

async function readLetters(region) {
  await region.getByRole('button', { name: 'Read the letters along the thought' }).click();
  await region.getByRole('img', { name: /^Share of each letter/ }).waitFor();
}

const SMALL = {
  max_steps: values.steps,
  generation_batch_size: '16',
  eval_questions: '16',
  eval_samples: '1',
  eval_steps: '3',
};

async function set(region, settings) {
  for (const [label, value] of Object.entries(settings)) {
    const field = region.getByLabel(label, { exact: true });
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption(value);
    else {
      await field.fill(value);
      await field.press('Tab');
    }
  }
}

async function act(page, title, item) {
  await cell(title)(page)
    .getByRole('button', { name: `Actions for ${title}`, exact: true })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function add(page, after, kind) {
  await page.getByRole('button', { name: `Add a cell after ${after}`, exact: true }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind}`) }).click();
}

/** Two settings on the same questions. */
async function trainTwice(page) {
  if (values.run.length) return showRuns(page);
  await modelReady(page);
  const first = cell('Train')(page);
  await first.getByText('More settings, named as in TRL').click();
  await set(first, SMALL);
  await act(page, 'Train', 'Duplicate');
  await first.getByText('More settings, named as in TRL').click();
  await cell('Train 2')(page).getByText('More settings, named as in TRL').click();
  await set(cell('Train 2')(page), { scale_rewards: 'none' });
  await cell('Train 2')(page).getByText('More settings, named as in TRL').click();
  for (const region of [first, cell('Train 2')(page)]) {
    await region.getByRole('button', { name: 'Train', exact: true }).click();
    await region.getByText('Done.').waitFor();
  }
}

/** Each in a train cell of its own. */
async function showRuns(page) {
  await act(page, 'Train', 'Duplicate');
  for (const [i, run] of values.run.entries()) {
    const zip = { name: 'run.zip', mimeType: 'application/zip', buffer: await zipped(run) };
    await page.getByLabel('Zip of a run').setInputFiles(zip);
    const { name } = JSON.parse(readFileSync(`${run}/run.json`, 'utf8'));
    await cell('Runs')(page).getByRole('button', { name: `Show ${name}`, exact: true }).click();
    await cell(i === 0 ? 'Train' : 'Train 2')(page).getByRole('img', { name: /its options drawn in/ }).waitFor();
  }
}

async function zipped(run) {
  const zip = new ZipWriter(new Uint8ArrayWriter());
  for (const name of readdirSync(run))
    if (/^(run\.json|metrics\.jsonl|rollouts\.jsonl|adapter_.*|state-\d+\.safetensors)$/.test(name))
      await zip.add(name, new Uint8ArrayReader(new Uint8Array(readFileSync(`${run}/${name}`))));
  return Buffer.from(await zip.close());
}

async function compareTrainings(page) {
  await add(page, 'Train 2', 'Compare');
  await cell('Compare')(page).getByText('Held-out accuracy, sampled').waitFor();
}

async function evaluate(page) {
  await modelReady(page);
  await add(page, 'Train 2', 'Evaluate');
  const evaluating = cell('Evaluate')(page);
  await set(evaluating, { eval_questions: '16', eval_samples: '1' });
  await evaluating.getByRole('button', { name: 'Evaluate', exact: true }).click();
  await evaluating.getByRole('table').waitFor();
  await evaluating.getByRole('progressbar').waitFor({ state: 'detached' });
}

async function study(page) {
  await cell('Train')(page).getByRole('button', { name: 'Put it under the glass' }).click();
  await cell('Lab')(page).getByText(/^Recorded: Step/).waitFor();
}

async function compareRuns(page) {
  const runs = cell('Runs')(page);
  for (const box of await runs.getByRole('table').getByRole('checkbox').all()) await box.check();
  const compare = runs.getByRole('button', { name: 'Compare', exact: true });
  if (await compare.isEnabled()) await compare.click();
}

async function read(page) {
  await modelReady(page);
  await cell('Runs')(page)
    .getByRole('button', { name: /^Read / })
    .first()
    .click();
  const traces = cell('Traces')(page);
  await traces.getByRole('article').first().waitFor();
  await readLetters(traces);
  await traces.getByLabel('second').selectOption({ index: 1 });
  await traces.getByRole('button', { name: 'Compare', exact: true }).click();
  await traces.getByRole('article', { name: /^second/ }).waitFor();
}

async function exportBundle(page) {
  const started = page.waitForEvent('download');
  await cell('Export')(page).getByRole('button', { name: 'Download the EasyR1 bundle' }).click();
  await started;
}

async function openRecording(page) {
  const demonstrations = cell('Demonstrations')(page);
  await demonstrations.getByRole('button', { name: 'Record in the simulator…' }).click();
  await demonstrations.getByLabel('task', { exact: true }).waitFor();
  return demonstrations;
}

async function closeRecording(page) {
  await cell('Demonstrations')(page).getByRole('button', { name: 'Record in the simulator…' }).click();
}

async function openScene(page) {
  const questions = cell('Questions')(page);
  await questions.getByRole('button', { name: '3D', exact: true }).click();
  await page.waitForTimeout(4000);
  return questions;
}

async function closeScene(page) {
  await cell('Questions')(page).getByRole('button', { name: 'Picture', exact: true }).click();
}

async function toggleSettings(page) {
  await cell('Train 2')(page).getByText('More settings, named as in TRL').click();
  return cell('Train 2')(page);
}

async function toggleChooser(page) {
  await cell('Model')(page).getByText('Another checkpoint or device').click();
  await page.waitForTimeout(1500);
  return cell('Model')(page);
}

/** Opens or shuts parts of a cell, in this order. */
function toggled(title, ...summaries) {
  return async (page) => {
    for (const words of summaries) await cell(title)(page).getByText(words, { exact: true }).click();
    await page.waitForTimeout(1500);
    return cell(title)(page);
  };
}

/** Another robot's columns. */
async function openMapping(page) {
  await painted(page);
  await page.getByLabel('Files of demonstrations').setInputFiles(`${root}test/fixtures/lerobot_v3.zip`);
  await cell('Demonstrations')(page).getByText('Which columns are the gripper’s state').click();
}

async function escape(page) {
  await page.keyboard.press('Escape');
}

await main();

/** A checkpoint from a mirror: chosen, downloaded, cancelled, reloaded, resumed, loaded, asked, deleted. */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { HubServer, TINY, TINY_ID, TINY_QWEN, TINY_QWEN_ID } from '../hub/hubServer.ts';
import { MODEL_PARTS, onnxPath } from '../../src/checkpoint/parts.ts';
import { tinyInTwo } from '../hub/tinyInTwo.ts';
import { dropFiles } from './dropFiles.ts';
import { NotebookPage, nothingOverflows } from './notebookPage.ts';

let hub: HubServer;
test.beforeEach(async () => {
  hub = await HubServer.start();
});
test.afterEach(() => hub.stop());

test('from a mirror, cancelled, resumed after a reload, asked and deleted', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  const look = async (id: string) => {
    await model.getByText('Another checkpoint or device').click();
    await model.getByLabel('mirror', { exact: true }).fill(hub.address);
    await model.getByLabel('another hub id').fill(id);
    await model.getByRole('button', { name: 'See what it takes' }).click();
  };
  const asked = () =>
    hub.requests.filter((request) => request.startsWith('GET') && request.includes('.onnx'));

  await notebook.open('?device=wasm');
  await test.step('the catalogue tells what each takes', async () => {
    await model.getByText('Another checkpoint or device').click();
    await model.getByRole('radio', { name: /SmolVLM-256M-Instruct/ }).check();
    await expect(
      model.getByText('256.5 million parameters, computed from its config; Apache-2.0.'),
    ).toBeVisible();
    await expect(model.getByText(/Memory in q4 on WebAssembly.* to ask, .* more to train/)).toBeVisible();
    await model.getByRole('radio', { name: /FastVLM/ }).check();
    await expect(model.getByText(/^Download: not known;.* no size of the vision tower/)).toBeVisible();
    await expect(model.getByText('Memory: not known; more than the download.')).toBeVisible();
    await model.getByText('Another checkpoint or device').click();
  });

  await test.step('what is not there is named', async () => {
    await look('test/nothing');
    await expect(model.getByRole('alert')).toContainText('has no checkpoint test/nothing');
    await model.getByText('Another checkpoint or device').click();
  });

  await test.step('one honest total, cancelled on the way', async () => {
    hub.faults.slow = 400;
    await look(TINY_ID);
    const plan = model.getByRole('group', { name: 'What it takes' });
    await expect(plan.getByText(/: 392 KB in 10 files/)).toBeVisible();
    await plan.getByRole('button', { name: /^Download \d+ KB$/ }).click();
    await expect.poll(() => asked().length).toBeGreaterThan(0);
    await expect(model.getByText(/[1-9]\d+ KB of \d+ KB/)).toBeVisible();
    await expect(model.getByText(/^Downloading, \d.* (s|min) left$/)).toBeVisible();
    await model.getByRole('button', { name: 'Cancel' }).click();
    await expect(plan.getByRole('button', { name: /^Resume, \d+ KB to go$/ })).toBeVisible();
  });

  await test.step('after a reload it goes on where it was, and loads', async () => {
    hub.faults = {};
    await page.reload();
    await look(TINY_ID);
    await expect(model.getByText(/of them here/)).toBeVisible();
    const before = asked().length;
    await model.getByRole('button', { name: /^Resume/ }).click();
    await expect(model.getByText(`${TINY_ID}:q4`).first()).toBeVisible();
    expect(
      asked()
        .slice(before)
        .some((request) => / bytes=[1-9]\d*-$/.test(request)),
    ).toBe(true);
  });

  await test.step('it answers from the store, the mirror gone', async () => {
    const before = hub.requests.length;
    const ask = notebook.cell('Ask');
    await ask.getByText('More sampling settings').click();
    await notebook.set(ask, 'max_completion_length', '8');
    await ask.getByRole('button', { name: 'Ask the model' }).click();
    await expect(ask.getByText(/tokens a second/)).toBeVisible();
    await page.reload();
    await model.getByText('Another checkpoint or device').click();
    await model.getByRole('button', { name: `Use ${TINY_ID} in q4` }).click();
    await expect(model.getByText(`${TINY_ID}:q4`).first()).toBeVisible();
    expect(hub.requests).toHaveLength(before);
  });

  await test.step('nothing for axe to find, and no wider than a phone', async () => {
    await model.getByRole('radio', { name: /SmolVLM-256M-Instruct/ }).check();
    const { violations } = await new AxeBuilder({ page }).include('#model').analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target.join(' ')).join(', ')}`),
    ).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await nothingOverflows(page, 360);
  });

  await test.step('deleted after a second word', async () => {
    await model.getByRole('button', { name: `Delete ${TINY_ID}` }).click();
    await model.getByRole('button', { name: /^Delete \d+ KB$/ }).click();
    await expect(model.getByRole('group', { name: 'Stored in this browser' })).toBeHidden();
  });
});

test('from a folder, without a network', async ({ page }) => {
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  await notebook.open('?device=wasm');
  await model.getByText('Another checkpoint or device').click();
  await model.getByLabel('Folder of a checkpoint').setInputFiles(TINY);
  await model.getByRole('button', { name: /^Download/ }).click();
  await expect(model.getByText('tiny-smolvlm:q4').first()).toBeVisible();
  await expect(model.getByText(/from folder/)).toBeVisible();
});

test('a server that sends wrong bytes, cuts off and refuses ranges: said on the page, and pressed again it works', async ({
  page,
}) => {
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  const decoder = 'onnx/decoder_model_merged_q4.onnx';
  await notebook.open('?device=wasm');
  await model.getByText('Another checkpoint or device').click();
  await model.getByLabel('mirror', { exact: true }).fill(hub.address);
  await model.getByLabel('another hub id').fill(TINY_ID);
  await model.getByRole('button', { name: 'See what it takes' }).click();
  const plan = model.getByRole('group', { name: 'What it takes' });
  const alert = model.getByRole('alert');
  const whole = () => hub.requests.filter((request) => request === `GET /${TINY_ID}/resolve/main/${decoder}`);

  await test.step('wrong bytes', async () => {
    hub.faults = { wrongByte: { path: decoder, times: 1 } };
    await plan.getByRole('button', { name: /^Download/ }).click();
    await expect(alert).toContainText(`${decoder} is not what the hub promised`);
    await expect(plan.getByRole('button', { name: /^Resume, \d+ KB to go$/ })).toBeVisible();
    await expect(model.getByText('not whole yet')).toBeVisible();
  });

  await test.step('cut off again and again: what came is kept', async () => {
    hub.faults = { cutOff: { path: decoder, after: 0, times: 99 } };
    await plan.getByRole('button', { name: /^Resume/ }).click();
    await expect(alert).toContainText(/of \d+ bytes are kept: go on when it answers/);
    await expect(plan.getByRole('button', { name: /^Resume/ })).toBeVisible();
  });

  await test.step('cut off once, ranges refused: begun anew by itself, and it loads', async () => {
    const before = whole().length;
    hub.faults = { cutOff: { path: decoder, after: 50_000, times: 1 }, refuseRange: true };
    await plan.getByRole('button', { name: /^Resume/ }).click();
    await expect(model.getByText(`${TINY_ID}:q4`).first()).toBeVisible();
    await expect(alert).toBeHidden();
    expect(whole()).toHaveLength(before + 1);
    const ranged = hub.requests.filter((request) => request.includes(`${decoder} bytes=`));
    expect(ranged.length).toBeGreaterThan(0);
    await expect(model.getByText('not whole yet')).toBeHidden();
  });
});

test.describe('without a service worker', () => {
  test.use({ serviceWorkers: 'block' });

  test('what fetches checkpoints cannot be had, or fails: the page says so, and does it again at a press', async ({
    page,
  }) => {
    const notebook = new NotebookPage(page);
    const model = notebook.cell('Model');
    const alert = model.getByRole('alert');
    const again = alert.getByRole('button', { name: 'Try again' });
    const plan = model.getByRole('group', { name: 'What it takes' });
    const script = /assets\/hub-[^/]*\.js$/;
    await page.route(script, (route) => route.abort());
    await notebook.open('?device=wasm');
    await model.getByText('Another checkpoint or device').click();
    await expect(alert).toContainText('what fetches checkpoints could not be loaded: check the connection');
    await page.unroute(script);
    await again.click();
    await expect.poll(() => page.workers().some((worker) => script.test(worker.url()))).toBe(true);
    await expect(alert).toBeHidden();

    hub.faults = { stall: { path: 'config.json', after: 0, times: 1 } };
    await model.getByLabel('mirror', { exact: true }).fill(hub.address);
    await model.getByLabel('another hub id').fill(TINY_ID);
    await model.getByRole('button', { name: 'See what it takes' }).click();
    const stalled = `GET /${TINY_ID}/resolve/main/config.json`;
    await expect.poll(() => hub.requests).toContain(stalled);
    const worker = page.workers().find((found) => script.test(found.url()))!;
    await worker.evaluate(() => {
      setTimeout(() => {
        throw new Error('on purpose');
      });
    });
    await expect(alert).toContainText(/what fetches checkpoints has failed \(.*on purpose\)/);
    await again.click();
    await expect(plan.getByRole('button', { name: /^Download/ })).toBeVisible();
    await expect(alert).toBeHidden();
  });
});

test('a folder is dropped where there is no network', async ({ page, context }) => {
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  await notebook.open('?device=wasm');
  await expect(notebook.cell('Ask').getByRole('button', { name: 'Ask the model' })).toBeEnabled();
  await model.getByText('Another checkpoint or device').click();
  const here = model.getByRole('group', { name: 'A folder on this machine' });
  await expect(here).toBeVisible();
  await expect(page.getByText('opens without a network too')).toBeVisible();
  await test.step('what fetches and loads checkpoints is kept', async () => {
    const kept = () =>
      page.evaluate(async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith('robot-r1-site-'));
        const requests = await (await caches.open(names[0])).keys();
        return requests.filter(({ url }) => /assets.(hub|remoteHub|accelerator|modelName)-/.test(url)).length;
      });
    await expect.poll(kept).toBe(4);
  });
  await context.setOffline(true);
  await expect(page.evaluate(() => fetch('/checkpoint/README.md?anew'))).rejects.toThrow();
  await dropFiles(page, [TINY], here);
  await model.getByRole('button', { name: /^Download/ }).click();
  await expect(model.getByText('tiny-smolvlm:q4').first()).toBeVisible();
  const ask = notebook.cell('Ask');
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();
});

test('8 bits are asked and not trained; what cannot run here stands there with the reason', async ({
  page,
}) => {
  const folder = tinyInTwo();
  for (const part of MODEL_PARTS)
    copyFileSync(join(folder, onnxPath(part, 'q4')), join(folder, onnxPath(part, 'q4f16')));
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  const ask = notebook.cell('Ask');
  const why = / can be asked in q8, not trained: its decoder multiplies 8-bit integers/;
  await notebook.open('?device=wasm');
  await model.getByText('Another checkpoint or device').click();
  await model.getByLabel('Folder of a checkpoint').setInputFiles(folder);
  const plan = model.getByRole('group', { name: 'What it takes' });
  const precision = plan.getByLabel('precision');
  await expect(precision).toHaveValue('q4');
  await expect(precision.getByRole('option', { disabled: true })).toHaveText(['q4f16']);
  await expect(
    plan.getByText('Not q4f16: q4f16 computes in 16 bits, which a CPU only emulates: choose q4 or fp32.'),
  ).toBeVisible();
  await expect(plan.getByText(why)).toBeHidden();
  await precision.selectOption('q8');
  await expect(plan.getByText(why)).toBeVisible();
  await plan.getByRole('button', { name: /^Download/ }).click();
  await expect(model.getByText(/^robot-r1-tiny-.*:q8, \d+ KB$/)).toBeVisible();
  await ask.getByText('More sampling settings').click();
  await notebook.set(ask, 'max_completion_length', '8');
  await ask.getByRole('button', { name: 'Ask the model' }).click();
  await expect(ask.getByText(/tokens a second/)).toBeVisible();
  const train = notebook.cell('Train');
  await expect(train.getByRole('status')).toContainText(why);
  await expect(train.getByRole('button', { name: 'Train', exact: true })).toBeDisabled();
  rmSync(folder, { recursive: true });
});

test('a model of another architecture is asked by transformers.js, and not trained', async ({ page }) => {
  const qwen = await HubServer.start(TINY_QWEN, TINY_QWEN_ID);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).protocol === 'https:') elsewhere.push(request.url());
  });
  const notebook = new NotebookPage(page);
  const model = notebook.cell('Model');
  const ask = notebook.cell('Ask');
  const why = `${TINY_QWEN_ID} can be asked, not trained: training knows SmolVLM (smolvlm, idefics3), and this is qwen2_5_vl.`;
  await notebook.open('?device=wasm');

  await test.step('what it is for is said before the download', async () => {
    await model.getByText('Another checkpoint or device').click();
    await expect(model.getByRole('group', { name: 'To ask only' }).getByRole('radio')).toHaveCount(5);
    await model.getByLabel('mirror', { exact: true }).fill(qwen.address);
    await model.getByLabel('another hub id').fill(TINY_QWEN_ID);
    await model.getByRole('button', { name: 'See what it takes' }).click();
    const plan = model.getByRole('group', { name: 'What it takes' });
    await expect(plan.getByText(/: 952 KB in 8 files/)).toBeVisible();
    await expect(plan.getByText(why)).toBeVisible();
    await plan.getByRole('button', { name: /^Download/ }).click();
    await expect(model.getByText(`${TINY_QWEN_ID}:fp32, 932 KB`)).toBeVisible();
  });

  await test.step('it answers with two responses, and is cancelled at once', async () => {
    const before = qwen.requests.length;
    await notebook.set(ask, 'responses', '2');
    await ask.getByText('More sampling settings').click();
    await notebook.set(ask, 'max_completion_length', '12');
    await ask.getByRole('button', { name: 'Ask the model' }).click();
    await expect(ask.getByText(/tokens a second/)).toBeVisible();
    await notebook.set(ask, 'responses', '8');
    await notebook.set(ask, 'max_completion_length', '180');
    await ask.getByRole('button', { name: 'Ask the model' }).click();
    await ask.getByRole('button', { name: 'Cancel' }).click();
    await expect(ask.getByRole('button', { name: 'Ask the model' })).toBeEnabled();
    await expect(ask.getByRole('alert')).toBeHidden();
    expect(qwen.requests).toHaveLength(before);
  });

  await test.step('training says why not', async () => {
    const train = notebook.cell('Train');
    await expect(train.getByRole('status')).toContainText(why);
    await expect(train.getByRole('button', { name: 'Train', exact: true })).toBeDisabled();
    await expect(train.getByRole('button', { name: 'Step once' })).toBeDisabled();
  });
  expect(elsewhere).toEqual([]);
  await qwen.stop();
});

test('what an update holds is told before Train is pressed, and follows the settings', async ({ page }) => {
  const notebook = new NotebookPage(page);
  await notebook.open('?device=wasm');
  const train = notebook.cell('Train');
  const words = train.getByText('An update holds at most about');
  const now = () => words.innerText();
  await expect(words).toContainText(/MB\s+on\s+the\s+device/);
  await expect(words).toContainText(/for a prompt of \d{3}\s+tokens/);
  await expect(words).toContainText('tokens, as the question shown above has, and');
  await expect(words).toContainText('8 responses of 96.');
  await train.getByText('More settings, named as in TRL').click();
  let before = await now();
  for (const [label, value] of [
    ['num_generations', '16'],
    ['max_completion_length', '128'],
    ['r', '32'],
  ]) {
    await notebook.set(train, label, value);
    await expect(words).not.toHaveText(before);
    before = await now();
  }
  expect(before).toContain('16 responses of 128.');
  await train.getByLabel('method', { exact: true }).selectOption({ index: 1 });
  await expect(words).toContainText(/its written response of\s+\d+\./);
  await expect(train.getByRole('button', { name: 'Train', exact: true })).toBeEnabled();
});

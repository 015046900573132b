/** Fifty episodes dropped on the built page become questions: how long it takes, and what holds the page's thread up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { openDemonstrations } from '../../src/node/openDemonstrations.ts';
import { dropFiles } from '../e2e/dropFiles.ts';
import { traceTasks, type Task } from '../pageTasks.ts';
import { visit, type PageBench } from './page.ts';
import { rlbenchBundle } from './rlbenchBundle.ts';
import type { Section } from './table.ts';

const TABLETOP = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));
const EPISODES = 50;
const AIM_SECONDS = 15;
const AIM_MILLISECONDS = 50;
const TIMEOUT = 300_000;
const NAME = 'fifty.zip';

interface Upload {
  seconds: number;
  questions: string;
  /** Every task on the page's thread from the drop to the questions. */
  tasks: Task[];
}

export async function upload(setup: PageBench): Promise<Section> {
  const bundle = await rlbenchBundle((await openDemonstrations(TABLETOP)).demonstrations, EPISODES);
  const folder = await mkdtemp(join(tmpdir(), 'upload-'));
  try {
    const path = join(folder, NAME);
    await writeFile(path, bundle.zip);
    const { seconds, questions, tasks } = await visit(setup, (page, url) => dropped(page, url, path));
    const megabytes = (bundle.zip.length / 1e6).toFixed(0);
    return {
      title: `${bundle.episodes} episodes in RLBench's layout dropped on the page: ${bundle.frames} frames, ${bundle.files} files, ${megabytes} MB`,
      rows: [
        [
          'from the drop to the questions',
          `${seconds.toFixed(1)} s`,
          `${questions}; ${seconds < AIM_SECONDS ? 'within' : 'OVER'} the aim of ${AIM_SECONDS} s`,
        ],
        longTasks(tasks, 'thread', 'time of the thread'),
        longTasks(tasks, 'clock', 'by the clock, waiting for a core included'),
      ],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function dropped(page: Page, url: string, path: string): Promise<Upload> {
  page.setDefaultTimeout(TIMEOUT);
  await page.goto(`${url}?device=wasm`, { waitUntil: 'networkidle' });
  await page.getByText('sample.zip: 4 demonstrations').waitFor();
  await page.getByText('wasm', { exact: true }).first().waitFor();
  const trace = await traceTasks(page);
  const counter = page.locator('#questions .steps [aria-live]');
  const before = await counter.textContent();
  const start = performance.now();
  await dropFiles(page, [path]);
  await page.getByText(`${NAME}: ${EPISODES} demonstrations`).waitFor();
  await page.waitForFunction((sample) => {
    const text = document.querySelector('#questions .steps [aria-live]')?.textContent?.trim() ?? '';
    return text.startsWith('1 of') && text !== sample;
  }, before?.trim() ?? '');
  const seconds = (performance.now() - start) / 1000;
  // What the questions set off is part of it.
  await page.waitForTimeout(1000);
  const tasks = await trace();
  const questions = (await counter.textContent())!.trim().replace('1 of ', '');
  return { seconds, questions: `${questions} questions`, tasks };
}

function longTasks(tasks: Task[], by: keyof Task, how: string): [string, string, string] {
  const times = tasks.map((task) => task[by]);
  const long = times.filter((time) => time > AIM_MILLISECONDS).length;
  const longest = `the longest ${Math.max(0, ...times).toFixed(0)} ms`;
  return [
    `tasks over ${AIM_MILLISECONDS} ms on the page's thread, ${how}`,
    String(long),
    long ? `OVER the aim of none; ${longest}` : longest,
  ];
}

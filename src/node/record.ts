/**
 * Records demonstrations headless: MuJoCo and the renderer run in Chromium, the results stream out here.
 * Also runnable by itself: npx tsx src/node/record.ts --task push_button --count 10 --seed 0 --raw DIR [--every K]
 */

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { createServer } from 'vite';
import type { ViteDevServer } from 'vite';
import type { Demonstration, EncodedImage, Vec3 } from '../demos/demonstration.ts';
import type { Variety } from '../simulator/looks.ts';
import type { PageRecording } from '../simulator/recordPage.ts';
import { writeLerobot } from '../demos/lerobotWriter.ts';
import { taskNamed } from '../simulator/tasks/tasks.ts';
import { decodePicture } from './decodePicture.ts';
import { openRawFolder } from './rawFolder.ts';
import { writeWhole } from './writeWhole.ts';

const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../..');
const PAGE_MODULE = '/src/simulator/recordPage.ts';
const FAILURES_IN_A_ROW = 10;
const BROWSERS = 2;
/** WebP quality of a dataset that people download. */
const ZIP_QUALITY = 0.65;
/** A busy machine starts a browser slowly. */
const START_MILLISECONDS = 180_000;
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export interface RecordedDemonstration {
  demonstration: Demonstration;
  /** World positions in metres by object name, one a frame. */
  objects: Record<string, Vec3[]>;
  seed: number;
  frames: Map<number, EncodedImage>;
}

export interface RecordingOptions {
  /** RLBench task names; `count` demonstrations of each. */
  tasks: string[];
  count: number;
  seed: number;
  variation?: number;
  /** Default: every seed has the same camera, light and colours around. */
  variety?: Variety;
  /** Draw only every K-th frame. */
  every?: number;
  /** WebP quality, 0 to 1. Default 0.65 in a zip, 0.85 raw. */
  quality?: number;
  signal?: AbortSignal;
  /** Hears of every seed that is passed over. */
  onDropped?: (dropped: DroppedSeed) => void;
}

/** A seed on which the task's expert failed. */
export interface DroppedSeed {
  task: string;
  seed: number;
}

/**
 * Yields demonstrations in the order of tasks and seeds; seeds on which the expert fails are passed over.
 * @throws Error when no Chromium is found, a task is unknown, or the expert fails many times in a row
 */
export async function* recordings(options: RecordingOptions): AsyncGenerator<RecordedDemonstration> {
  options.tasks.forEach((task) => taskNamed(task).descriptions(options.variation ?? 0));
  const studio = await openStudio();
  try {
    for (const task of options.tasks) yield* recordTask(studio, task, options);
  } finally {
    await studio.close();
  }
}

interface Studio {
  pages: Page[];
  wasmUrl: string;
  close(): Promise<void>;
}

async function* recordTask(studio: Studio, task: string, options: RecordingOptions) {
  const { count, seed, variation, variety, every, quality, signal, onDropped } = options;
  const shoot = (page: Page, at: number) =>
    page.evaluate(
      async ({ module, request, wasmUrl }) => {
        const { recordSeed } = (await import(module)) as typeof import('../simulator/recordPage.ts');
        return recordSeed(request, wasmUrl);
      },
      {
        module: PAGE_MODULE,
        wasmUrl: studio.wasmUrl,
        request: { task, seed: at, variation, variety, every, quality },
      },
    );
  const pending: { page: Page; seed: number; result: Promise<PageRecording | null> }[] = [];
  let next = seed;
  let made = 0;
  const startIfNeeded = (page: Page) => {
    if (made + pending.length >= count) return;
    const result = shoot(page, next);
    result.catch(() => undefined); // reported when its turn comes
    pending.push({ page, seed: next++, result });
  };
  studio.pages.forEach(startIfNeeded);
  let failures = 0;
  while (made < count) {
    const { page, seed: at, result } = pending.shift()!;
    const recording = await unlessAborted(result, signal);
    if (recording) {
      failures = 0;
      made++;
    } else {
      onDropped?.({ task, seed: at });
      if (++failures >= FAILURES_IN_A_ROW) {
        throw new Error(`${task}: the expert failed on ${failures} seeds in a row, the last being ${at}`);
      }
    }
    startIfNeeded(page);
    if (recording) yield decoded(recording);
  }
}

async function unlessAborted<T>(result: Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  if (!signal) return result;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  return Promise.race([result, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

function decoded({ demonstration, objects, seed, frames }: PageRecording): RecordedDemonstration {
  const plain = demonstration as unknown as Demonstration;
  const array = (values: ArrayLike<number> | null) => values && Float64Array.from(values);
  return {
    demonstration: {
      ...plain,
      gripperPose: Float64Array.from(plain.gripperPose),
      gripperOpen: array(plain.gripperOpen),
      jointPositions: array(plain.jointPositions),
      jointVelocities: array(plain.jointVelocities),
    },
    objects,
    seed,
    frames: new Map(
      frames.map(([i, text]) => [i, { bytes: Buffer.from(text, 'base64'), mime: 'image/webp' }]),
    ),
  };
}

async function openStudio(): Promise<Studio> {
  const executablePath = chromiumPath();
  const server = await serveSources();
  const browsers: Browser[] = [];
  const close = async () => {
    await Promise.all(browsers.map((browser) => browser.close()));
    await server.close();
  };
  try {
    const pages: Page[] = [];
    for (let i = 0; i < BROWSERS; i++) {
      const browser = await chromium.launch({
        executablePath,
        args: CHROMIUM_FLAGS,
        timeout: START_MILLISECONDS,
        // Ctrl-C is the caller's to hear: Playwright would end the process before anything is cleared away.
        handleSIGINT: false,
      });
      browsers.push(browser);
      const page = await browser.newPage();
      await page.goto(`${server.resolvedUrls!.local[0]}record`, { timeout: START_MILLISECONDS });
      pages.push(page);
    }
    const wasm = createRequire(import.meta.url).resolve('@mujoco/mujoco/mujoco.wasm');
    return { pages, wasmUrl: `/@fs/${wasm.replace(/^\//, '')}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves the sources to a browser, with one empty page at /record. */
export async function serveSources(): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: false,
    root: ROOT,
    appType: 'custom',
    logLevel: 'error',
    cacheDir: path.join(ROOT, 'node_modules/.vite-record'),
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  server.middlewares.use('/record', (_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>record</title>');
  });
  return server.listen();
}

/** @throws Error that says how to get a Chromium. */
export function chromiumPath(): string {
  const bundled = chromium.executablePath();
  const places = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome', bundled];
  const found = places.find((place) => place && existsSync(place));
  if (!found) {
    throw new Error(
      'no Chromium found: install chromium, run "npx playwright install chromium", or set CHROME_PATH',
    );
  }
  return found;
}

/** Writes DIR/<id>/NNN.webp and, when they are there, DIR/<id>.json: every field as plain arrays, objects and seed. */
export async function writeRaw(directory: string, recording: RecordedDemonstration): Promise<void> {
  const { demonstration, objects, seed, frames } = recording;
  const base = path.join(directory, demonstration.id);
  await mkdir(base, { recursive: true });
  const plain = Object.fromEntries(
    Object.entries(demonstration).map(([key, value]: [string, unknown]) => [
      key,
      value instanceof Float64Array ? Array.from(value) : value,
    ]),
  );
  for (const [frame, { bytes }] of frames) {
    await writeFile(path.join(base, `${String(frame).padStart(3, '0')}.webp`), bytes);
  }
  await writeWhole(`${base}.json`, JSON.stringify({ ...plain, objects, seed, frames: [...frames.keys()] }));
}

/**
 * Records straight into a zip, a LeRobot v3.0 dataset with its frames as WebP.
 * @returns what was written
 * @throws what `recordings` throws
 */
export async function record(
  out: string,
  options: Omit<RecordingOptions, 'every'>,
  onProgress?: (progress: RecordedProgress) => void,
): Promise<Written & { bytes: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'robot-r1-'));
  try {
    const written = await recordRaw(folder, { quality: ZIP_QUALITY, ...options }, onProgress);
    const bundle = { ...(await openRawFolder(folder)), name: path.basename(out) };
    const zip = await writeLerobot(bundle, { signal: options.signal, decode: decodePicture });
    await writeWhole(out, zip);
    return { ...written, bytes: zip.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface RecordedProgress {
  /** Demonstrations. */
  done: number;
  total: number;
  /** Pictures so far. */
  frames: number;
  /** Seeds passed over so far. */
  dropped: number;
  id: string;
}

export interface Written {
  demonstrations: number;
  frames: number;
  /** Passed over, because the expert failed on them. */
  dropped: DroppedSeed[];
}

/** Records into a folder of raw recordings. */
export async function recordRaw(
  folder: string,
  options: RecordingOptions,
  onProgress?: (progress: RecordedProgress) => void,
): Promise<Written> {
  let [done, frames] = [0, 0];
  const dropped: DroppedSeed[] = [];
  const onDropped = (seed: DroppedSeed) => void dropped.push(seed);
  for await (const recording of recordings({ ...options, onDropped })) {
    await writeRaw(folder, recording);
    done++;
    frames += recording.frames.size;
    const total = options.count * options.tasks.length;
    onProgress?.({ done, total, frames, dropped: dropped.length, id: recording.demonstration.id });
  }
  return { demonstrations: done, frames, dropped };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      task: { type: 'string', multiple: true },
      count: { type: 'string', default: '1' },
      seed: { type: 'string', default: '0' },
      variation: { type: 'string' },
      every: { type: 'string' },
      raw: { type: 'string' },
    },
  });
  if (!values.task || !values.raw) throw new Error('give --task push_button (or another task) and --raw DIR');
  const started = performance.now();
  const optional = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const options: RecordingOptions = {
    tasks: values.task,
    count: Number(values.count),
    seed: Number(values.seed),
    variation: optional(values.variation),
    every: optional(values.every),
  };
  await recordRaw(values.raw, options, ({ done, total, frames, id }) => {
    const rate = (frames / (performance.now() - started)) * 1000;
    process.stderr.write(`\r${id}: ${done} of ${total}, ${frames} pictures, ${rate.toFixed(1)} a second `);
  });
  process.stderr.write('\n');
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

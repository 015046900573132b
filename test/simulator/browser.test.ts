/** The simulator in a real browser: what it draws, and how the worker answers. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { project } from '../../src/demos/camera.ts';
import { ParquetSource } from '../../src/demos/parquetSource.ts';
import { frontCamera } from '../../src/simulator/camera.ts';
import type { PageRecording } from '../../src/simulator/recordPage.ts';
import { TASKS } from '../../src/simulator/tasks/tasks.ts';
import { unzipped } from '../fixtures/fixture.ts';
import { PATIENCE, sourcesPage } from '../sourcesPage.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

const page = sourcesPage();

const DRAW = `(async () => {
  const { recordSeed } = await import('/src/simulator/recordPage.ts');
  const request = { task: 'pick_up_cup', seed: 7, every: 1000, mime: 'image/png' };
  const recording = await recordSeed(request, '/node_modules/@mujoco/mujoco/mujoco.wasm');
  const png = await (await fetch('data:image/png;base64,' + recording.frames[0][1])).blob();
  const picture = await createImageBitmap(png);
  const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  pen.drawImage(picture, 0, 0);
  const pixels = pen.getImageData(0, 0, picture.width, picture.height).data;
  return { recording, size: [picture.width, picture.height], pixels: Array.from(pixels) };
})()`;

test(
  'the red cup appears where the camera model projects it',
  async () => {
    const drawn = await page().evaluate<{ recording: PageRecording; size: number[]; pixels: number[] }>(DRAW);
    expect(drawn.size).toEqual([224, 224]);
    // Lit and shaded sides alike; the other cup stands in the other half.
    const red = centroid(drawn.pixels, 224, (r, g, b, at) => at > 112 && r > 50 && r > 2 * g && r > 2 * b);
    const { u, v } = project(frontCamera(224), drawn.recording.objects.cup[0], 0)!;
    expect(red.count).toBeGreaterThan(100);
    expect(Math.abs(red.u - u)).toBeLessThan(1);
    expect(Math.abs(red.v - v)).toBeLessThan(2);
  },
  PATIENCE,
);

const CANCEL = `(async () => {
  const { wrap, proxy } = await import('/node_modules/comlink/dist/esm/comlink.mjs');
  const simulator = wrap(new Worker('/workers/simulator.ts', { type: 'module' }));
  const begun = new Promise((resolve) => {
    window.outcome = simulator.record({ task: 'push_button', count: 1000, seed: 0 }, proxy(resolve)).then(
      () => 'finished',
      (error) => error.name,
    );
  });
  const progress = await begun;
  await simulator.cancel();
  return { progress, outcome: await window.outcome, tasks: await simulator.tasks() };
})()`;

test(
  'the worker tells its progress and stops when cancelled',
  async () => {
    expect(await page().evaluate(CANCEL)).toEqual({
      progress: { done: 0, total: 1000, what: 'seed 0, the robot acts', dropped: 0 },
      outcome: 'AbortError',
      tasks: TASKS.map(({ name, variations }) => ({ name, variations })),
    });
  },
  PATIENCE,
);

const EPISODES = 'meta/episodes/chunk-000/file-000.parquet';

test.each([
  ['sample.zip', ['push_button', 'pick_up_cup']],
  ['tabletop.zip', TASKS.slice(0, 5).map(({ name }) => name)],
])('%s opens and holds whole demonstrations of its tasks, and statistics', async (name, tasks) => {
  const { openBundle } = await import('../../src/demos/openBundle.ts');
  const bytes = await readFile(path.join(ROOT, 'public/demos', name));
  const bundle = await openBundle(new Blob([bytes]), name);
  expect(new Set(bundle.demonstrations.map((d) => d.task))).toEqual(new Set(tasks));
  for (const { id, length } of bundle.demonstrations) {
    expect((await bundle.frames.read(id, 'front', length - 1)).mime).toBe('image/webp');
  }
  const files = await unzipped(new Uint8Array(bytes));
  const [stats, info] = ['stats', 'info'].map(
    (file) => JSON.parse(new TextDecoder().decode(files[`meta/${file}.json`])) as Record<string, object>,
  );
  expect(Object.keys(stats)).toHaveLength(Object.keys(info.features).length);
  expect(stats).toHaveProperty(['observation.images.front', 'mean', 2, 0, 0]);
  const episodes = await ParquetSource.open(new Blob([files[EPISODES] as Uint8Array<ArrayBuffer>]), EPISODES);
  expect(episodes.columns).toContain('stats/observation.images.front/mean');
});

function centroid(
  pixels: number[],
  width: number,
  belongs: (r: number, g: number, b: number, u: number) => boolean,
) {
  let [count, u, v] = [0, 0, 0];
  for (let i = 0; i < pixels.length; i += 4) {
    const at = i / 4;
    if (!belongs(pixels[i], pixels[i + 1], pixels[i + 2], at % width)) continue;
    count++;
    u += (at % width) + 0.5;
    v += Math.floor(at / width) + 0.5;
  }
  return { count, u: u / count, v: v / count };
}

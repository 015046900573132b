import { expect, test, type Page } from '@playwright/test';
import type { ViteDevServer } from 'vite';
import goldens from '../fixtures/formats.json' with { type: 'json' };
import { fixture, unzipped, zipped, type Files } from '../fixtures/fixture.ts';
import { decodePng, encodePng, pngChunk, type Pixels } from '../../src/demos/png.ts';
import { seededRandom } from '../../src/demos/random.ts';
import { serveTestPage } from './devServer.ts';

declare global {
  var tryHdf5: typeof import('./demosPage.ts').tryHdf5;
  var grayFilm: typeof import('./demosPage.ts').grayFilm;
  var readFrames: typeof import('./demosPage.ts').readFrames;
  var decoded: typeof import('./demosPage.ts').decoded;
}

const FILMS_DAMAGED = Number(process.env.DAMAGE_CASES ?? 30);
/** A film takes well under a second; a busy machine may take ten times as long. */
const MOST_MILLISECONDS = 20_000;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

let server: ViteDevServer;
test.beforeAll(async () => {
  const include = ['mediabunny', 'h5wasm', 'comlink', '@zip.js/zip.js', 'hyparquet', 'valibot'];
  server = await serveTestPage('demos', { entries: ['workers/demos.ts'], include });
});
test.afterAll(() => server.close());

test.beforeEach(async ({ page }) => {
  test.setTimeout(400_000);
  await page.goto(`${server.resolvedUrls!.local[0]}test/browser/demos.html`);
  await page.waitForFunction(() => 'readFrames' in globalThis, null, { timeout: 200_000 });
});

test('HDF5 is read in the worker as h5py wrote it', async ({ page }) => {
  const read = await page.evaluate((file) => globalThis.tryHdf5(file), base64(fixture('robomimic.hdf5')));
  const [golden] = goldens.robomimic;
  expect(read.length).toBe(golden.length);
  expect(read.x).toBeCloseTo(golden.gripperPose[0], 9);
  const { values } = await decodePng('agentview', Uint8Array.from(read.picture));
  expect(Array.from(values)).toEqual(golden.pictures['agentview/0']);
});

const FILM = 'videos/observation.images.top/chunk-000/file-000.mp4';

type Asked = (readonly [episode: number, frame: number])[];

const read = (page: Page, files: Files, asked: Asked) =>
  page.evaluate(([f, a]) => globalThis.readFrames(f, a), [
    Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, base64(bytes)])),
    asked,
  ] as const);

/** With other words in meta/info.json. */
function reworded(files: Files, words: [string, string][]): Files {
  const info = words.reduce(
    (text, [from, to]) => text.replace(from, to),
    new TextDecoder().decode(files['meta/info.json']),
  );
  return { ...files, 'meta/info.json': new TextEncoder().encode(info) };
}

/** The fixture of version 2.1 with films of so many frames, of 64 x 64 pixels, for its three episodes of 5, 4, 6. */
async function filmed(page: Page, lengths: number[], shape = '[3, 64, 64]'): Promise<Files> {
  const files = reworded(await unzipped(fixture('lerobot_v21.zip')), [
    ['"dtype": "image", "shape": [3, 8, 8]', `"dtype": "video", "shape": ${shape}`],
  ]);
  for (const [k, frames] of lengths.entries()) {
    const film = await page.evaluate((n) => globalThis.grayFilm(n), frames);
    files[`videos/chunk-00${k >> 1}/observation.images.top/episode_00000${k}.mp4`] = Buffer.from(
      film,
      'base64',
    );
  }
  return files;
}

test('frames of mp4 video are decoded in the worker, each the one asked for', async ({ page }) => {
  const frames = [0, 3, 4, 1];
  const files = await filmed(page, [10, 10, 10]);
  const { shown, remarks } = await read(
    page,
    files,
    frames.map((frame) => [0, frame]),
  );
  for (const [i, frame] of frames.entries())
    for (const value of shown[i].middle!) expect(Math.abs(value - 20 * frame)).toBeLessThan(6);
  expect(remarks.join()).not.toContain('only the page');
  const film = 'videos/chunk-000/observation.images.top/episode_000000.mp4';
  const half = files[film].slice(0, files[film].length >> 1);
  const cut = await read(page, { ...files, [film]: half }, [[0, 2]]);
  expect(cut.shown[0].error).toMatch(/^videos\/chunk-000\/.*episode_000000\.mp4: /);
});

test('a film that lacks its last frame shows no other one in its place', async ({ page }) => {
  const { shown } = await read(page, await filmed(page, [4, 4, 6]), [
    [0, 3],
    [0, 4],
    [1, 3],
    [1, 4],
  ]);
  expect(shown.map(({ middle }) => middle && Math.round(middle[0] / 20))).toEqual([
    3,
    undefined,
    3,
    undefined,
  ]);
  expect(shown[1].error).toMatch(
    /episode_000000\.mp4: has no frame at second 0\.40, the last before it is of second 0\.30: export/,
  );
  expect(shown[3].error).toContain('has no frame 4 of camera top');
});

test('a film of another size than meta/info.json says is refused', async ({ page }) => {
  const { shown } = await read(page, await filmed(page, [5, 4, 6], '[3, 48, 64]'), [[0, 0]]);
  expect(shown[0].error).toMatch(
    /episode_000000\.mp4: has frames of 64 x 64 pixels, where meta\/info\.json says 64 x 48: export/,
  );
});

for (const [name, codec] of [
  ['h264', 'avc1.64000a'],
  ['av1', 'av01.0.00M.08'],
])
  test(`two episodes in one film, ${name} by a Python library`, async ({ page }) => {
    const files = await unzipped(fixture(`lerobot_v3_${name}.zip`));
    const { shown } = await read(page, files, [
      [0, 6],
      [1, 0],
      [1, 5],
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 7],
    ]);
    const supported = await page.evaluate(
      async (c) => (await VideoDecoder.isConfigSupported({ codec: c })).supported,
      codec,
    );
    test
      .info()
      .annotations.push({ type: 'codec', description: `${codec} ${supported ? '' : 'not '}supported` });
    const end = shown.pop()!;
    expect(end.error).toContain('has no frame 7 of camera top');
    if (supported) expect(shown.map(({ number }) => number)).toEqual([6, 7, 12, 0, 9, 3]);
    else for (const { error } of shown) expect(error).toContain('codec that this browser cannot decode (av');
  });

test('a codec that browsers do not decode is named', async ({ page }) => {
  const { shown } = await read(page, await unzipped(fixture('lerobot_v3_mp4v.zip')), [[0, 0]]);
  expect(shown[0].error).toBe(
    `${FILM}: is in a codec that this browser cannot decode (mp4v): open it in another browser, or convert it to AV1 or H.264`,
  );
});

test('a damaged film gives an error or the frames asked for, soon', async ({ page }) => {
  const good = await unzipped(fixture('lerobot_v3_h264.zip'));
  const zip = await zipped(good);
  const film = good[FILM];
  const inZip = Buffer.from(zip).indexOf(film);
  const random = seededRandom(0, 'damage of a film');
  const below = (n: number) => Math.floor(random() * n);
  const asked: Asked = [
    [0, 0],
    [0, 6],
    [1, 0],
    [1, 5],
  ];
  const due = (await read(page, good, asked)).shown.map(({ number }) => number);
  test.skip(due.includes(undefined), 'this browser decodes no H.264');
  const counts = { refused: 0, right: 0, other: 0 };
  let slowest = 0;
  for (let trial = 0; trial < FILMS_DAMAGED; trial++) {
    // A few flipped bits; every third time cut off as well.
    const damaged = film.slice();
    for (let k = 0; k <= below(8); k++) damaged[below(film.length)] ^= 1 << below(8);
    const cut = trial % 3 === 2 ? damaged.slice(0, below(film.length)) : damaged;
    const guarded = trial % 2 === 0;
    const whole = zip.slice();
    whole.set(cut, inZip);
    const start = performance.now();
    const { shown } = await read(page, guarded ? { 'damaged.zip': whole } : { ...good, [FILM]: cut }, asked);
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    expect(took, `trial ${trial}`).toBeLessThan(MOST_MILLISECONDS);
    for (const [i, { number, size, error }] of shown.entries()) {
      const right = number === due[i];
      counts[error ? 'refused' : right ? 'right' : 'other']++;
      if (error) {
        expect(error, `trial ${trial}`).toMatch(/^videos\/observation\.images\.top\/.*\.mp4: [^\n]+$/);
        expect(error).not.toMatch(/of undefined|not defined|is not a function|Cannot read|no answer/);
      } else expect(size, `trial ${trial}`).toEqual([64, 48]);
      // A zip has checksums, a loose film has none: bits in its middle may be another picture's.
      if (guarded) expect(error ?? number, `trial ${trial}`).toEqual(error ?? due[i]);
    }
  }
  test.info().annotations.push({ type: 'damage', description: JSON.stringify({ ...counts, slowest }) });
  expect(counts.refused).toBeGreaterThan(0);
  expect((await read(page, good, asked)).shown.map(({ number }) => number)).toEqual(due);
});

/** A PNG of which a browser that follows gAMA shows other colours. */
async function withGamma(pixels: Pixels): Promise<Uint8Array> {
  const png = await encodePng(pixels);
  const gamma = pngChunk('gAMA', Uint8Array.of(0, 1, 0x86, 0xa0));
  return Buffer.concat([png.subarray(0, 33), gamma, png.subarray(33)]);
}

test('pixels of statistics are as they are stored, without colour profile and transparency', async ({
  page,
}) => {
  const pixelsOf = (png: Uint8Array) => page.evaluate((b) => globalThis.decoded(b, 'image/png'), base64(png));
  const opaque = { width: 2, height: 1, channels: 3, values: Uint8Array.of(200, 100, 3, 17, 90, 255) };
  expect(await pixelsOf(await withGamma(opaque))).toEqual([200, 100, 3, 17, 90, 255]);
  const values = Uint8Array.of(200, 100, 3, 9, 17, 90, 255, 0);
  expect(await pixelsOf(await withGamma({ ...opaque, channels: 4, values }))).toEqual([
    200, 100, 3, 17, 90, 255,
  ]);
  expect(await pixelsOf(Uint8Array.of(1, 2, 3))).toBe(
    'it: is a image/png of 3 bytes that cannot be decoded: replace it',
  );
  const webp = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4, 4);
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'rgb(200 100 3 / 0.2)';
    context.fillRect(0, 0, 4, 4);
    const blob = await canvas.convertToBlob({ type: 'image/webp' });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return globalThis.decoded(btoa(String.fromCharCode(...bytes)), 'image/webp');
  });
  expect(webp).toBe('it: is a transparent image/webp: store frames without transparency, or as PNG');
});

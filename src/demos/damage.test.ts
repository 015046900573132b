/**
 * Every fixture damaged at random. DAMAGE_CASES sets how often each, 6 without it; DAMAGE_SEED which, 0 without it;
 * DAMAGE_LOG names a file that gets a line a case: format, file, outcome, milliseconds, megabytes of memory, error.
 *
 * A damaged file is refused by a BundleError of one line, or read. What is read differs from the undamaged only where
 * the bytes that were hit have no checksum: zips, PNG pictures and HDF5 with Fletcher32 have one, so there nothing may
 * differ (but for the texts of HDF5, which lie in its global heap: that has none); loose pickles, JSON, parquet and plain HDF5 have none, so there a value may be another one, but every number
 * is finite, every quaternion of unit norm, and every demonstration whole.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixture, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import type { Bundle } from './demonstration.ts';
import { openFiles } from './openBundle.ts';
import { seededRandom } from './random.ts';

const CASES = Number(process.env.DAMAGE_CASES ?? 6);
const SEED = Number(process.env.DAMAGE_SEED ?? 0);
const LOG = process.env.DAMAGE_LOG;
/** A case takes well under a second; a busy machine may take ten times as long. */
const MOST_MILLISECONDS = 20_000;
const MOST_BYTES = 2 ** 30;
const READ = ['gripperPose', 'gripperOpen', 'jointPositions', 'jointVelocities'] as const;

const loose = (...names: string[]) =>
  Promise.resolve(Object.fromEntries(names.map((name) => [name, fixture(name) as Uint8Array])));
const asZip = async (name: string, files: Promise<Files>, level: number) => ({
  [`${name}.zip`]: await zipped(await files, level),
});

interface Damaged {
  files: () => Promise<Files>;
  /** Whatever file was hit, nothing that is read may differ: no number and no picture, or no text either. */
  guarded?: 'numbers' | 'all';
}

const FIXTURES: Record<string, Damaged> = {
  robomimic: { files: () => loose('robomimic.hdf5') },
  'robomimic with checksums': { files: () => loose('robomimic_checked.hdf5'), guarded: 'numbers' },
  ManiSkill: { files: () => loose('maniskill.h5', 'maniskill.json') },
  'LeRobot v2.1': { files: () => unzipped(fixture('lerobot_v21.zip')) },
  'LeRobot v3.0': { files: () => unzipped(fixture('lerobot_v3_shared.zip')) },
  RLBench: { files: () => unzipped(fixture('rlbench_layers.zip')) },
  'RLBench, stored zip': {
    files: () => asZip('a', unzipped(fixture('rlbench_layers.zip')), 0),
    guarded: 'all',
  },
  'LeRobot v3.0, deflated zip': {
    files: () => asZip('a', unzipped(fixture('lerobot_v3_shared.zip')), 6),
    guarded: 'all',
  },
  'ManiSkill, stored zip': {
    files: () => asZip('a', loose('maniskill.h5', 'maniskill.json'), 0),
    guarded: 'all',
  },
};

interface Said {
  /** Of numbers and pictures. */
  numbers: string;
  /** Of these and the texts. */
  all: string;
}

/** All that a bundle says and shows, hashed. @throws what opening and reading do */
async function readWhole(files: Files): Promise<Said> {
  const given = Object.entries(files).map(([path, bytes]) => ({
    path,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  }));
  const bundle = await openFiles(given, 'damaged');
  try {
    return await said(bundle);
  } finally {
    bundle.close?.();
  }
}

async function said({ demonstrations, frames }: Bundle): Promise<Said> {
  const hash = createHash('sha256');
  const texts = demonstrations.map(({ task, descriptions, fps }) =>
    JSON.stringify([task, descriptions, fps]),
  );
  for (const demo of demonstrations) {
    for (const key of READ) expect(demo[key]?.every(Number.isFinite) ?? true, key).toBe(true);
    expect(demo.gripperPose.length).toBe(7 * demo.length);
    expect(demo.gripperOpen.length).toBe(demo.length);
    for (let i = 0; i < demo.length; i++)
      expect(Math.abs(Math.hypot(...demo.gripperPose.subarray(7 * i + 3, 7 * i + 7)) - 1)).toBeLessThan(
        0.011,
      );
    hash.update(JSON.stringify({ ...demo, task: '', descriptions: [], fps: 0 }));
    for (const [camera, { layers = [] }] of Object.entries(demo.cameras))
      for (let frame = 0; frame < demo.length; frame++) {
        hash.update((await frames.read(demo.id, camera, frame)).bytes);
        for (const layer of layers)
          hash.update((await frames.readLayer!(demo.id, camera, frame, layer)).values);
      }
  }
  const numbers = hash.digest('hex');
  return { numbers, all: [numbers, ...texts].join() };
}

/** A few flipped bits; every third time cut off as well. */
function damage(bytes: Uint8Array, trial: number, below: (n: number) => number): Uint8Array {
  const damaged = bytes.slice();
  for (let k = 0; k <= below(8); k++) damaged[below(damaged.length)] ^= 1 << below(8);
  return trial % 3 === 2 ? damaged.slice(0, below(damaged.length)) : damaged;
}

for (const [name, { files, guarded }] of Object.entries(FIXTURES))
  test(
    `${name}: damage gives a BundleError or a correct read`,
    async () => {
      const random = seededRandom(SEED, `damage of ${name}`);
      const below = (n: number) => Math.floor(random() * n);
      const good = await files();
      const whole = await readWhole(good);
      const paths = Object.keys(good);
      let refused = 0;
      for (let trial = 0; trial < CASES; trial++) {
        const path = paths[below(paths.length)];
        const bytes = damage(good[path], trial, below);
        const start = performance.now();
        let outcome = 'equal';
        let told = '';
        try {
          const read = await readWhole({ ...good, [path]: bytes });
          if (read.numbers !== whole.numbers) outcome = 'differs';
          else if (read.all !== whole.all) outcome = 'words differ';
        } catch (error) {
          if (!(error instanceof BundleError)) throw new Error(`trial ${trial} of ${path}`, { cause: error });
          [outcome, told] = ['refused', error.message];
          refused++;
        }
        const took = performance.now() - start;
        const { rss } = process.memoryUsage();
        const at = [name, path, trial, outcome, Math.round(took), Math.round(rss / 2 ** 20), told];
        if (LOG) appendFileSync(LOG, at.join('\t') + '\n');
        expect(told).not.toMatch(/\n|crashed|of undefined|not defined|is not a function|Cannot read/);
        expect(took).toBeLessThan(MOST_MILLISECONDS);
        expect(rss).toBeLessThan(MOST_BYTES);
        if (guarded || path.endsWith('.png')) expect(outcome, at.join(' ')).not.toBe('differs');
        if (guarded === 'all') expect(outcome, at.join(' ')).not.toBe('words differ');
      }
      if (CASES) expect(refused).toBeGreaterThan(0);
      expect(await readWhole(good)).toEqual(whole);
    },
    60_000 + CASES * 2_000,
  );

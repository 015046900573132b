/**
 * Every fixture damaged at random, the files without checksums most often. DAMAGE_CASES sets how often each, 40 without
 * it; DAMAGE_SEED which, 0 without it; DAMAGE_LOG names a file that gets a line a case: format, file, outcome,
 * milliseconds, megabytes of memory, error.
 *
 * A damaged file is refused by a BundleError of one line, or read. What is read differs from the undamaged only where
 * the bytes that were hit have no checksum: zips, PNG pictures and HDF5 with Fletcher32 have one, so there nothing may
 * differ (but for the texts of HDF5, which lie in its global heap: that has none). Of loose pickles, JSON, parquet and
 * plain HDF5 every number is finite, every quaternion of unit norm, every demonstration whole, and what the files say
 * twice differs by no more than `WRONG` unless a remark tells of it.
 */
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixture, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import type { Bundle } from './demonstration.ts';
import { openFiles } from './openBundle.ts';
import { seededRandom } from './random.ts';

const CASES = Number(process.env.DAMAGE_CASES ?? 40);
const SEED = Number(process.env.DAMAGE_SEED ?? 0);
const LOG = process.env.DAMAGE_LOG;
/** A case takes well under a second; a busy machine may take ten times as long. */
const MOST_MILLISECONDS = 20_000;
const MOST_BYTES = 2 ** 30;
/** Metres, or cosines: changes below are the rounding of low bits. */
const WRONG = 1e-3;
/** Of the choices of a file those that take one whose bytes have no checksum. */
const UNGUARDED_SHARE = 0.8;
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
  /** Columns that the files say twice: none of them may be wrong and nothing said of it. */
  twice?: (typeof READ)[number][];
}

const FIXTURES: Record<string, Damaged> = {
  robomimic: { files: () => loose('robomimic.hdf5') },
  'robomimic with checksums': { files: () => loose('robomimic_checked.hdf5'), guarded: 'numbers' },
  ManiSkill: { files: () => loose('maniskill.h5', 'maniskill.json') },
  'LeRobot v2.1': {
    files: () => unzipped(fixture('lerobot_v21.zip')),
    twice: ['gripperPose', 'gripperOpen'],
  },
  'LeRobot v3.0': {
    files: () => unzipped(fixture('lerobot_v3_shared.zip')),
    twice: ['gripperPose', 'gripperOpen'],
  },
  RLBench: {
    files: () => unzipped(fixture('rlbench_layers.zip')),
    twice: ['gripperPose', 'gripperOpen'],
  },
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
  demonstrations: Bundle['demonstrations'];
  remarks: string[];
}

/** The column in which one read differs from the other by more than rounding. */
function wrongColumn(read: Said, whole: Said, columns: (typeof READ)[number][]): string | undefined {
  if (read.demonstrations.length !== whole.demonstrations.length) return 'demonstrations';
  return columns.find((key) =>
    read.demonstrations.some((demo, k) => {
      const [a, b] = [demo[key], whole.demonstrations[k][key]];
      return a?.length !== b?.length || a?.some((value, i) => !(Math.abs(value - b![i]) <= WRONG));
    }),
  );
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

async function said({ demonstrations, frames, remarks }: Bundle): Promise<Said> {
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
  return { numbers, all: [numbers, ...texts].join(), demonstrations, remarks };
}

/** A few flipped bits; every third time cut off as well. */
function damage(bytes: Uint8Array, trial: number, below: (n: number) => number): Uint8Array {
  const damaged = bytes.slice();
  for (let k = 0; k <= below(8); k++) damaged[below(damaged.length)] ^= 1 << below(8);
  return trial % 3 === 2 ? damaged.slice(0, below(damaged.length)) : damaged;
}

for (const [name, { files, guarded, twice = [] }] of Object.entries(FIXTURES))
  test(
    `${name}: damage gives a BundleError or a correct read`,
    async () => {
      const random = seededRandom(SEED, `damage of ${name}`);
      const below = (n: number) => Math.floor(random() * n);
      const good = await files();
      const whole = await readWhole(good);
      const paths = Object.keys(good);
      const unguarded = paths.filter((path) => !path.endsWith('.png'));
      let refused = 0;
      for (let trial = 0; trial < CASES; trial++) {
        const path =
          random() < UNGUARDED_SHARE ? unguarded[below(unguarded.length)] : paths[below(paths.length)];
        const bytes = damage(good[path], trial, below);
        const start = performance.now();
        let outcome = 'equal';
        let told = '';
        let wrong: string | undefined;
        try {
          const read = await readWhole({ ...good, [path]: bytes });
          const silent = read.remarks.every((remark) => whole.remarks.includes(remark));
          wrong = silent ? wrongColumn(read, whole, twice) : undefined;
          if (read.numbers !== whole.numbers) outcome = silent ? 'differs' : 'differs, told';
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
        expect(wrong, at.join(' ')).toBeUndefined();
        if (guarded || path.endsWith('.png')) expect(outcome, at.join(' ')).not.toMatch(/^differs/);
        if (guarded === 'all') expect(outcome, at.join(' ')).not.toBe('words differ');
      }
      if (CASES) expect(refused).toBeGreaterThan(0);
      expect(await readWhole(good)).toEqual(whole);
    },
    60_000 + CASES * 2_000,
  );

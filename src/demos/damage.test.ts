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
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixture, fixtures, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { seededRandom } from './random.ts';
import { READ, readWhole, wrongColumn } from './testing/readWhole.ts';

const CASES = Number(process.env.DAMAGE_CASES ?? 40);
const SEED = Number(process.env.DAMAGE_SEED ?? 0);
const LOG = process.env.DAMAGE_LOG;
/** A case takes well under a second; a busy machine may take ten times as long. */
const MOST_MILLISECONDS = 20_000;
const MOST_BYTES = 2 ** 30;
/** Of the choices of a file those that take one whose bytes have no checksum. */
const UNGUARDED_SHARE = 0.8;
const asZip = async (name: string, files: Files | Promise<Files>, level: number) => ({
  [`${name}.zip`]: await zipped(await files, level),
});

interface Damaged {
  files: () => Files | Promise<Files>;
  /** Whatever file was hit, nothing that is read may differ: no number and no picture, or no text either. */
  guarded?: 'numbers' | 'all';
  /** Columns that the files say twice: none of them may be wrong and nothing said of it. */
  twice?: (typeof READ)[number][];
}

const FIXTURES: Record<string, Damaged> = {
  robomimic: { files: () => fixtures('robomimic.hdf5') },
  'robomimic with checksums': { files: () => fixtures('robomimic_checked.hdf5'), guarded: 'numbers' },
  ManiSkill: { files: () => fixtures('maniskill.h5', 'maniskill.json') },
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
    files: () => asZip('a', fixtures('maniskill.h5', 'maniskill.json'), 0),
    guarded: 'all',
  },
};

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

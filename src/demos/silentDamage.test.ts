/**
 * One flipped bit in one file without a checksum: how often another value is read and nothing said of it. SILENT_CASES
 * sets how many bits of each file, 25 without it; SILENT_SEED which, 0 without it; SILENT_LOG names a file for the
 * counts. Changes of numbers below a thousandth do not count.
 */
import { appendFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixture, fixtures, unzipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { seededRandom } from './random.ts';
import { READ, readWhole, wrongColumn, type Said } from './testing/readWhole.ts';

const CASES = Number(process.env.SILENT_CASES ?? 25);
const SEED = Number(process.env.SILENT_SEED ?? 0);
const LOG = process.env.SILENT_LOG;

const zip = (name: string) => () => unzipped(fixture(name));

/** Which files are hit, and the greatest share of bits that may do so unnoticed. */
const HIT: Record<string, { files: () => Files | Promise<Files>; hit: RegExp; most: number }> = {
  'RLBench, variation folders': { files: zip('rlbench_variations.zip'), hit: /low_dim_obs/, most: 0.06 },
  'RLBench, all variations': { files: zip('rlbench_all_variations.zip'), hit: /low_dim_obs/, most: 0.06 },
  'RLBench, depth and masks': { files: zip('rlbench_layers.zip'), hit: /low_dim_obs/, most: 0.06 },
  robomimic: { files: () => fixtures('robomimic.hdf5'), hit: /hdf5$/, most: 0.2 },
  'robomimic with Fletcher32': { files: () => fixtures('robomimic_checked.hdf5'), hit: /hdf5$/, most: 0.04 },
  'ManiSkill HDF5': { files: () => fixtures('maniskill.h5', 'maniskill.json'), hit: /h5$/, most: 0.1 },
  'ManiSkill JSON': { files: () => fixtures('maniskill.h5', 'maniskill.json'), hit: /json$/, most: 0.1 },
};

/** In what a read differs; null when it is right or says that something is wrong. */
function silentlyWrong(read: Said, whole: Said): string | null {
  if (read.remarks.some((remark) => !whole.remarks.includes(remark))) return null;
  const column = wrongColumn(read, whole, [...READ]);
  if (column) return column;
  if (read.pictures !== whole.pictures) return 'pictures';
  return read.texts === whole.texts ? null : 'texts';
}

for (const [name, { files, hit, most }] of Object.entries(HIT))
  test(
    `${name}: one flipped bit is seldom read as another value unnoticed`,
    async () => {
      const random = seededRandom(SEED, `one bit of ${name}`);
      const below = (n: number) => Math.floor(random() * n);
      const good = await files();
      const whole = await readWhole(good);
      const paths = Object.keys(good).filter((path) => hit.test(path));
      const silent: Record<string, number> = {};
      for (let trial = 0; trial < CASES; trial++) {
        const path = paths[below(paths.length)];
        const bytes = good[path].slice();
        bytes[below(bytes.length)] ^= 1 << below(8);
        const read = await readWhole({ ...good, [path]: bytes }).catch((error: unknown) => {
          if (error instanceof BundleError) return null;
          throw error;
        });
        const what = read && silentlyWrong(read, whole);
        if (what) silent[what] = (silent[what] ?? 0) + 1;
      }
      const count = Object.values(silent).reduce((sum, n) => sum + n, 0);
      if (LOG) appendFileSync(LOG, `${name}\t${count} of ${CASES}\t${JSON.stringify(silent)}\n`);
      expect(count, JSON.stringify(silent)).toBeLessThanOrEqual(Math.max(2, most * CASES));
    },
    60_000 + CASES * 2_000,
  );

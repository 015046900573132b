/** Every fixture damaged at random: DAMAGE_CASES sets how often each, 6 without it. */
import { expect, test } from 'vitest';
import { fixture, unzipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import { openFiles } from './openBundle.ts';
import { seededRandom } from './random.ts';

const CASES = Number(process.env.DAMAGE_CASES ?? 6);
const READ = ['gripperPose', 'gripperOpen', 'jointPositions', 'jointVelocities'] as const;

const FIXTURES: Record<string, () => Promise<Files>> = {
  robomimic: () => Promise.resolve({ 'robomimic.hdf5': fixture('robomimic.hdf5') }),
  ManiSkill: () =>
    Promise.resolve({
      'maniskill.h5': fixture('maniskill.h5'),
      'maniskill.json': fixture('maniskill.json'),
    }),
  'LeRobot v2.1': () => unzipped(fixture('lerobot_v21.zip')),
  'LeRobot v3.0': () => unzipped(fixture('lerobot_v3_shared.zip')),
  RLBench: () => unzipped(fixture('rlbench_layers.zip')),
};

/** @returns whether it opened; fails when it gives anything but a whole bundle or a BundleError */
async function opens(files: Files): Promise<boolean> {
  const given = Object.entries(files).map(([path, bytes]) => ({
    path,
    blob: new Blob([bytes as Uint8Array<ArrayBuffer>]),
  }));
  try {
    const bundle = await openFiles(given, 'damaged');
    const { demonstrations, frames } = bundle;
    for (const demo of demonstrations) {
      for (const key of READ) expect(demo[key]?.every(Number.isFinite) ?? true, key).toBe(true);
      expect(demo.gripperPose.length).toBe(7 * demo.length);
      for (const camera of Object.keys(demo.cameras)) await frames.read(demo.id, camera, demo.length - 1);
    }
    bundle.close?.();
    return true;
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    expect(error.message).not.toContain('\n');
    expect(error.message).not.toContain('crashed');
    return false;
  }
}

for (const [name, read] of Object.entries(FIXTURES))
  test(`${name}: damage gives a BundleError or a whole bundle`, async () => {
    const random = seededRandom(`damage of ${name}`);
    const below = (n: number) => Math.floor(random() * n);
    const good = await read();
    // Not what no importer looks at on opening.
    const paths = Object.keys(good).filter((path) => !/_(rgb|depth|mask)\/[^0]/.test(path));
    let refused = 0;
    for (let trial = 0; trial < CASES; trial++) {
      const path = paths[below(paths.length)];
      let bytes = good[path].slice();
      for (let k = 0; k <= below(8); k++) bytes[below(bytes.length)] ^= 1 << below(8);
      if (trial % 3 === 2) bytes = bytes.slice(0, below(bytes.length));
      if (!(await opens({ ...good, [path]: bytes }))) refused++;
    }
    expect(refused).toBeGreaterThan(0);
    expect(await opens(good)).toBe(true);
  });

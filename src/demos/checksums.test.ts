/** After reading, every bundle says what checksums vouch for and in what damage would go unnoticed. */
import { expect, test } from 'vitest';
import { fixture, fixtures, given, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { ZIP_CHECKSUMS } from './damageRemarks.ts';
import { openBundle, openFiles } from './openBundle.ts';

const folder = (zip: string) => unzipped(fixture(zip));

/** Its pictures are films: their mp4 files are not looked at before one is shown. */
async function withFilms(): Promise<Files> {
  const files = await folder('lerobot_v21.zip');
  const info = new TextDecoder().decode(files['meta/info.json']).replace('"image"', '"video"');
  const films = [0, 1, 2].map((k): [string, Uint8Array] => [
    `videos/chunk-00${k >> 1}/observation.images.top/episode_00000${k}.mp4`,
    new Uint8Array(9),
  ]);
  return { ...files, 'meta/info.json': new TextEncoder().encode(info), ...Object.fromEntries(films) };
}

const NONE = 'These files carry no checksums: ';
const some = (what: string) => `Held against checksums: ${what}. Nothing else in these files has one: `;

const BUNDLES: [string, () => Files | Promise<Files>, string][] = [
  [
    'RLBench',
    () => folder('rlbench_variations.zip'),
    `${some('pictures (PNG)')}damage to joint positions and velocities (small changes) and sentences`,
  ],
  ['LeRobot', () => folder('lerobot_v21.zip'), `${some('pictures (PNG)')}damage to the calibration`],
  ['LeRobot with films', withFilms, `${NONE}damage to the calibration and pictures (video)`],
  [
    'robomimic',
    () => fixtures('robomimic.hdf5'),
    `${NONE}damage to task and sentences, small changes of numbers and pictures`,
  ],
  [
    'robomimic with Fletcher32',
    () => fixtures('robomimic_checked.hdf5'),
    `${some('numbers (Fletcher32) and pictures (Fletcher32)')}damage to task and sentences`,
  ],
  [
    'ManiSkill',
    () => fixtures('maniskill.h5', 'maniskill.json'),
    `${NONE}damage to task and sentences, small changes of numbers and pictures`,
  ],
];

test.each(BUNDLES)('%s, loose and in a zip', async (_, files, unnoticed) => {
  const own = await files();
  const about = (remarks: string[]) => remarks.filter((remark) => /checksum/.test(remark));
  expect(about((await openFiles(given(own), 'given')).remarks)).toEqual([
    `${unnoticed} would go unnoticed. A zip of them has checksums.`,
  ]);
  const zip = await openBundle(new Blob([await zipped(own, 6)]), 'given.zip');
  expect(about(zip.remarks)).toEqual([ZIP_CHECKSUMS]);
});

test('numbers under Fletcher32 are not suspected for standing apart', async () => {
  const remarks = async (name: string) => (await openBundle(new Blob([fixture(name)]), name)).remarks.join();
  expect(await remarks('robomimic.hdf5')).toContain('A number stands apart');
  expect(await remarks('robomimic_checked.hdf5')).not.toContain('A number stands apart');
});

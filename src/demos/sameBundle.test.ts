import { expect, test } from 'vitest';
import { fixture, given, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import type { Bundle } from './demonstration.ts';
import { openBundle, openFiles } from './openBundle.ts';
import { decodePng } from './png.ts';

/** Bytes of the pictures of robomimic_half.hdf5, all of them 77. */
const SIZE = 3 * 8 * 8 * 3;

const moved = (files: Files, to: (path: string) => string): Files =>
  Object.fromEntries(Object.entries(files).map(([path, bytes]) => [to(path), bytes]));
const told = ({ demonstrations }: Bundle) =>
  demonstrations.map(({ id, cameras }) => [id, ...Object.keys(cameras)]);

test('RLBench cameras stand in one order, whatever order the files come in', async () => {
  const files = Object.entries(await unzipped(fixture('rlbench_layers.zip')));
  const cameras = ['front', 'left_shoulder', 'overhead', 'right_shoulder', 'wrist'];
  for (const given of [files, files.reverse()]) {
    const zip = await zipped(Object.fromEntries(given));
    expect(told(await openBundle(new Blob([zip]), 'x.zip'))).toEqual([
      ['push_button/variation0/episode0', ...cameras],
    ]);
  }
});

test('RLBench episodes of two folders are named alike with and without the folder around them', async () => {
  const files = await unzipped(fixture('rlbench_layers.zip'));
  const two = { ...moved(files, (path) => `train/${path}`), ...moved(files, (path) => `val/${path}`) };
  for (const folder of ['', 'set/', 'a/set/']) {
    const bundle = await openFiles(given(moved(two, (path) => folder + path)), 'set');
    expect(bundle.demonstrations.map(({ id }) => id)).toEqual([
      'train/push_button/variation0/episode0',
      'val/push_button/variation0/episode0',
    ]);
  }
});

test('HDF5 files of one name keep their demonstrations and pictures apart', async () => {
  const dark = fixture('robomimic_half.hdf5');
  const grey = dark.slice();
  const pictures = Buffer.from(dark).indexOf(Buffer.alloc(SIZE, 77));
  grey.fill(128, pictures, pictures + SIZE);
  const files = { 'can/image.hdf5': dark, 'lift/image.hdf5': grey };
  for (const folder of ['', 'set/']) {
    const bundle = await openFiles(given(moved(files, (path) => folder + path)), 'set');
    const ids = bundle.demonstrations.map(({ id }) => id);
    expect(ids).toEqual(['can/image.hdf5/demo_0', 'lift/image.hdf5/demo_0']);
    const shown = await Promise.all(
      ids.map(async (id) => decodePng(id, (await bundle.frames.read(id, 'agentview', 1)).bytes)),
    );
    expect(shown.map(({ values }) => values[0])).toEqual([77, 128]);
  }
  const { demonstrations } = await openFiles(given({ 'can/a.hdf5': dark, 'lift/b.hdf5': grey }), 'set');
  expect(demonstrations.map(({ id }) => id)).toEqual(['a/demo_0', 'b/demo_0']);
});

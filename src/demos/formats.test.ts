import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import goldens from '../../test/fixtures/formats.json' with { type: 'json' };
import { expectProjected, type Projected } from '../../test/fixtures/projected.ts';
import { fixture, fixtures, given, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { BundleError } from './bundleError.ts';
import type { Bundle } from './demonstration.ts';
import { openBundle, openFiles } from './openBundle.ts';
import { decodePng } from './png.ts';
import { MappingNeeded, type StateMapping } from './stateMapping.ts';

type Golden = ((typeof goldens)['robomimic'][number] & { projected?: Projected })[];

async function expectGolden(bundle: Bundle, golden: unknown) {
  const due = golden as Golden;
  expect(bundle.demonstrations.map((demo) => demo.id)).toEqual(due.map((demo) => demo.id));
  for (const [
    i,
    { pictures, projected, gripperPose, gripperOpen, jointPositions, jointVelocities, ...words },
  ] of due.entries()) {
    const demo = bundle.demonstrations[i];
    if (projected) expectProjected(demo, projected, 4);
    expect(demo).toMatchObject({ ...words, cameras: expect.anything() as object });
    const numbers = { gripperPose, gripperOpen, jointPositions, jointVelocities };
    for (const [key, values] of Object.entries(numbers)) {
      const read = demo[key as keyof typeof numbers];
      expect(read?.length, key).toBe(values?.length);
      values?.forEach((value, k) => expect(read![k], `${key} ${k}`).toBeCloseTo(value, 6));
    }
    for (const [name, camera] of Object.entries(words.cameras)) {
      const read = demo.cameras[name];
      expect([read.width, read.height]).toEqual([camera.width, camera.height]);
      for (const key of ['intrinsics', 'extrinsics'] as const) {
        const values = camera[key] as number[] | null;
        expect(read[key]?.length).toBe(values?.length);
        values?.forEach((value, k) => expect(read[key]![k]).toBeCloseTo(value, 5));
      }
    }
    for (const [key, values] of Object.entries(pictures)) {
      const [camera, frame] = key.split('/');
      const { bytes, mime } = await bundle.frames.read(demo.id, camera, Number(frame));
      expect(mime).toBe('image/png');
      expect(Array.from((await decodePng(key, bytes)).values)).toEqual(values);
    }
  }
}

test("robomimic's HDF5 reads as h5py wrote it: alone, loose, or in a zip, stored or compressed", async () => {
  const alone = await openBundle(new Blob([fixture('robomimic.hdf5')]), 'robomimic.hdf5');
  expect(alone.format).toBe('robomimic');
  expect(alone.remarks.join(' ')).toMatch(/no calibration.*differences of the joint positions/);
  await expectGolden(alone, goldens.robomimic);
  for (const level of [0, 6]) {
    const zip = await zipped({ 'set/robomimic.hdf5': fixture('robomimic.hdf5') }, level);
    await expectGolden(await openBundle(new Blob([zip]), 'x.zip'), goldens.robomimic);
  }
});

test("ManiSkill's HDF5 with its JSON reads as h5py wrote it", async () => {
  const bundle = await openFiles(given(fixtures('maniskill.h5', 'maniskill.json')), 'maniskill');
  expect(bundle).toMatchObject({ format: 'maniskill', mapping: { mapping: { unit: 'm' } } });
  await expectGolden(bundle, goldens.maniskill);
  const alone = await openFiles(given(fixtures('maniskill.h5')), 'maniskill');
  expect(alone.remarks.join()).toContain("maniskill.json is missing: the file's name stands for the task");
});

test('counts in attributes and in the JSON that are not those of the rows are told', async () => {
  const told = async (files: Files) => (await openFiles(given(files), 'x')).remarks.join();
  const maniskill = fixtures('maniskill.h5', 'maniskill.json');
  expect(await told(maniskill)).not.toContain('elapsed_steps');
  const json = new TextDecoder()
    .decode(maniskill['maniskill.json'])
    .replace('"elapsed_steps": 4', '"elapsed_steps": 9');
  expect(await told({ ...maniskill, 'maniskill.json': new TextEncoder().encode(json) })).toContain(
    'maniskill.h5 has 10 frames of traj_1 by elapsed_steps of maniskill.json, where 5 are: one may be damaged.',
  );

  /** The robomimic fixture with another number in an attribute, of 64 bits, behind its name. */
  const changed = (attribute: string, from: number) => {
    const bytes = fixture('robomimic.hdf5');
    const at = Buffer.from(bytes).indexOf(`${attribute}\0`);
    const value = Buffer.from(bytes).indexOf(Buffer.from([from, 0, 0, 0, 0, 0, 0, 0]), at);
    expect(value - at).toBeLessThan(100);
    bytes[value]++;
    return { 'a.hdf5': bytes };
  };
  expect(await told(fixtures('robomimic.hdf5'))).not.toMatch(/num_samples|total/);
  expect(await told(changed('total', 13))).toContain(
    'a.hdf5 has 14 frames by the attribute total, its demonstrations 13: one may be damaged.',
  );
  expect(await told(changed('num_samples', 7))).toContain(
    'a.hdf5 has 8 frames of demo_10 by num_samples, where 7 are: one may be damaged.',
  );
});

test('HDF5 with floats of 16 bits reads as h5py wrote them', async () => {
  const { demonstrations } = await openFiles(given(fixtures('robomimic_half.hdf5')), 'x');
  const [{ gripperPose, gripperOpen, task, descriptions }] = demonstrations;
  const positions = [0, 7, 14].flatMap((at) => [...gripperPose.subarray(at, at + 3)]);
  expect(positions).toEqual([0.0999755859375, -0.199951171875, 0.5, 65504, 2 ** -24, 1, 0, 0, 2]);
  expect([...gripperOpen!]).toEqual([1, 0, 0]);
  expect([task, descriptions]).toEqual(['拾い上げる', ['拾い上げる']]);
});

test.each([
  [
    'robomimic_lzf.hdf5',
    'data/demo_0/obs/robot0_eef_pos is packed by the HDF5 filter lzf, which is not read here: write it with gzip',
  ],
  [
    'robomimic_states.hdf5',
    "has no pictures in data/demo_0/obs (bytes, frames x height x width x 3): write them with robomimic's",
  ],
  ['maniskill_state.h5', 'has no pictures in traj_0 (obs_mode none or state): replay it'],
])('%s is refused for what it is, not called damaged', async (name, why) => {
  await expect(openFiles(given(fixtures(name)), 'x')).rejects.toThrow(`${name}: ${why}`);
});

test('LeRobot v2.1, and v3.0 with many episodes a file, read as pyarrow wrote them, zipped or as a folder', async () => {
  for (const name of ['lerobot_v21', 'lerobot_v3_shared'] as const) {
    const zip = fixture(`${name}.zip`);
    await expectGolden(await openBundle(new Blob([zip]), 'x.zip'), goldens[name]);
    const loose = Object.entries(await unzipped(zip)).map(([path, bytes]): [string, Uint8Array] => [
      `folder/${path}`,
      bytes,
    ]);
    await expectGolden(await openFiles(given(Object.fromEntries(loose)), 'folder'), goldens[name]);
  }
});

test("RLBench's five cameras, depth in metres and mask handles", async () => {
  const bundle = await openBundle(new Blob([fixture('rlbench_layers.zip')]), 'x.zip');
  const [{ id, cameras }] = bundle.demonstrations;
  expect(Object.keys(cameras).sort()).toEqual([
    'front',
    'left_shoulder',
    'overhead',
    'right_shoulder',
    'wrist',
  ]);
  expect(cameras.front.layers).toEqual(['depth', 'mask']);
  expect(cameras.overhead).toMatchObject({ intrinsics: null, extrinsics: null });
  expect(bundle.remarks.join()).toMatch(/no calibration of left_shoulder, overhead, right_shoulder:/);
  const { frame, depth, mask } = goldens.rlbench_layers;
  const metres = await bundle.frames.readLayer!(id, 'front', frame, 'depth');
  expect([metres.width, metres.height]).toEqual([5, 4]);
  depth.forEach((value, i) => expect(metres.values[i]).toBeCloseTo(value, 5));
  const handles = await bundle.frames.readLayer!(id, 'front', frame, 'mask');
  expect(Array.from(handles.values)).toEqual(mask);
  await expect(bundle.frames.readLayer!(id, 'wrist', 0, 'depth')).rejects.toThrow(
    'wrist_depth/0.png: is missing',
  );
});

describe('a mapping', () => {
  test('by hand takes the place of the proposed one, in its unit and sense', async () => {
    const file = () => given(fixtures('robomimic.hdf5'));
    const { mapping: offer } = await openFiles(file(), 'robomimic.hdf5');
    const { mapping, features, rows } = offer!;
    expect(features.find(({ name }) => name === 'robot0_eef_pos')!.labels).toEqual(['x', 'y', 'z']);
    expect(rows.robot0_eef_pos).toHaveLength(5);
    const own: StateMapping = {
      ...mapping,
      position: { feature: 'robot0_eef_pos', at: [1, 0, 2] },
      unit: 'mm',
      gripper: { ...mapping.gripper!, form: 'grows as it closes' },
    };
    const { demonstrations } = await openFiles(file(), 'robomimic.hdf5', { mapping: own });
    const [{ gripperPose, gripperOpen }] = goldens.robomimic;
    expect(demonstrations[0].gripperPose[0]).toBeCloseTo(gripperPose[1] / 1000, 9);
    expect(Array.from(demonstrations[0].gripperOpen!)).toEqual(gripperOpen.map((open) => 1 - open));
    const wrong = { ...mapping, position: { feature: 'object', at: [0, 1, 14] } };
    await expect(openFiles(file(), 'x.hdf5', { mapping: wrong })).rejects.toThrow(
      'has no elements 0, 1, 14 of object for the position',
    );
  });

  test('of no gripper reads HDF5 without its opening', async () => {
    const file = () => given(fixtures('robomimic.hdf5'));
    const { mapping } = (await openFiles(file(), 'robomimic.hdf5')).mapping!;
    const none = { ...mapping, gripper: null };
    const { demonstrations, remarks } = await openFiles(file(), 'robomimic.hdf5', { mapping: none });
    expect(demonstrations.map(({ gripperOpen, scene }) => [gripperOpen, scene!.gripper])).toEqual(
      demonstrations.map(() => [null, null]),
    );
    expect(demonstrations[0].jointVelocities).not.toBeNull();
    expect(remarks.join()).toContain('No opening of the gripper is read');
    expect(remarks.join()).not.toMatch(/; gripper |counts as open/);
  });

  test('is asked for where names do not tell', async () => {
    const files = await unzipped(fixture('lerobot_v21.zip'));
    const info = new TextDecoder().decode(files['meta/info.json']).replace('"x", "y", "z"', '"a", "b", "c"');
    const loose = given({ ...files, 'meta/info.json': new TextEncoder().encode(info) });
    const error: unknown = await openFiles(loose, 'x').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MappingNeeded);
    const { offer, message } = error as MappingNeeded;
    expect(message).toContain(
      'names no end-effector position (x, y, z) among its features; it has observation.state',
    );
    const position = { feature: 'observation.state', at: [0, 1, 2] };
    const mapping = { ...offer.mapping, position } as StateMapping;
    await expectGolden(await openFiles(loose, 'x', { mapping }), goldens.lerobot_v21);
  });
});

describe('bad files are refused, naming the file and the reason', () => {
  let good: Uint8Array<ArrayBuffer>;
  beforeAll(() => {
    good = fixture('robomimic.hdf5');
  });
  const refusal = async (files: Files) => {
    const error: unknown = await openFiles(given(files), 'given').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BundleError);
    return (error as BundleError).message;
  };

  test('HDF5 that is none, cut short, of another layout', async () => {
    expect(await refusal({ 'a.h5': new Uint8Array(900).fill(7) })).toMatch(
      /^a\.h5: is no HDF5 file .*signature not found/,
    );
    expect(await refusal({ 'a.h5': good.slice(0, 9000) })).toMatch(
      /^a\.h5: is no HDF5 file .*truncated file/,
    );
    expect(await refusal({ 'a.h5': new Uint8Array() })).toMatch(/^a\.h5: is no HDF5 file/);
  });

  test('observations of unlike length: none is cut to fit another', async () => {
    expect(await refusal({ 'a.h5': fixture('robomimic_uneven.hdf5') })).toBe(
      'a.h5: has 2 rows in data/demo_0/obs/robot0_gripper_qpos but 3 in data/demo_0/obs/robot0_eef_pos: write every observation at every step',
    );
  });

  test('paths that leave the folder or stand twice, and no file at all', async () => {
    expect(await refusal({ '../a.h5': good, 'b.h5': good })).toContain('../a.h5: is no path inside a folder');
    expect(await refusal({ '/a.h5': good, 'a.h5': good })).toContain('a.h5: stands twice');
    expect(await refusal({})).toContain('holds no file');
  });

  test('video in Node, with what to do', async () => {
    const zip = await unzipped(fixture('lerobot_v21.zip'));
    const info = new TextDecoder()
      .decode(zip['meta/info.json'])
      .replace('"dtype": "image"', '"dtype": "video"');
    const files: Files = { ...zip, 'meta/info.json': new TextEncoder().encode(info) };
    const path = (k: number) => `videos/chunk-00${k >> 1}/observation.images.top/episode_00000${k}.mp4`;
    expect(await refusal(files)).toContain(`${path(0)}: is missing`);
    for (const k of [0, 1, 2]) files[path(k)] = new Uint8Array(9);
    const bundle = await openFiles(given(files), 'x');
    expect(bundle.remarks.join()).toContain('only the page can decode them');
    await expect(bundle.frames.read('episode2', 'top', 0)).rejects.toThrow(
      `${path(2)}: is video, which only a browser decodes`,
    );
  });
});

test("a PNG that is damaged or none is refused, one of the repository's own reads", async () => {
  const png = readFileSync(new URL('../../test/golden/picture.png', import.meta.url));
  const { width, height, channels, values } = await decodePng('picture.png', png);
  expect(values.length).toBe(width * height * channels);
  const broken = Uint8Array.from(png);
  broken[20]++;
  await expect(decodePng('a.png', broken)).rejects.toThrow(/^a\.png: /);
  await expect(decodePng('a.png', png.subarray(0, 60))).rejects.toThrow(/^a\.png: /);
  await expect(decodePng('a.png', new Uint8Array(99))).rejects.toThrow('a.png: is no PNG');
});

import { beforeAll, describe, expect, test } from 'vitest';
import goldens from '../../test/fixtures/bundles.json' with { type: 'json' };
import { fixture, unzipped, zipped, type Files } from '../../test/fixtures/fixture.ts';
import { Archive } from './archive.ts';
import { BundleError } from './bundleError.ts';
import { ZIP_CHECKSUMS } from './damageRemarks.ts';
import { expectProjected } from '../../test/fixtures/projected.ts';
import type { Bundle, Demonstration } from './demonstration.ts';
import { openBundle } from './openBundle.ts';
import { seededRandom } from './random.ts';
import type { MappingNeeded, StateMapping } from './stateMapping.ts';

/** A machine that trains beside the tests is slow. */
const HOOK_MILLISECONDS = 120_000;

const open = (bytes: Uint8Array<ArrayBuffer>) => openBundle(new Blob([bytes]), 'given.zip');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** The error that opening gives; fails when it opens. */
async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<BundleError> {
  const error: unknown = await open(bytes).then(
    () => 'opened',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BundleError);
  const { message, file, reason } = error as BundleError;
  expect(message).toBe(`${file}: ${reason}`);
  expect(message).not.toContain('\n');
  return error as BundleError;
}

async function expectGolden(bundle: Bundle, golden: (typeof goldens)[keyof Omit<typeof goldens, 'values'>]) {
  expect(bundle.demonstrations.map((demo) => demo.id)).toEqual(golden.map((demo) => demo.id));
  for (const [i, { pictures, ...expected }] of golden.entries()) {
    if ('projected' in expected) expectProjected(bundle.demonstrations[i], expected.projected);
    const demo = bundle.demonstrations[i];
    const numbers = (key: 'gripperPose' | 'gripperOpen' | 'jointPositions' | 'jointVelocities') => {
      const [read, due] = [demo[key], expected[key]];
      expect(read === null).toBe(due === null);
      expect(read?.length).toBe(due?.length);
      due?.forEach((value, k) => expect(read![k]).toBeCloseTo(value, 12));
    };
    numbers('gripperPose');
    numbers('gripperOpen');
    numbers('jointPositions');
    numbers('jointVelocities');
    const words = ({ id, task, variation, descriptions, fps, length, cameras }: Demonstration) => ({
      id,
      task,
      variation,
      descriptions,
      fps,
      length,
      cameras,
    });
    expect(words(demo)).toEqual(words(expected as unknown as Demonstration));
    for (const [key, picture] of Object.entries(pictures)) {
      const [camera, frame] = key.split('/');
      const read = await bundle.frames.read(demo.id, camera, Number(frame));
      expect(read.mime).toBe('image/png');
      expect(base64(read.bytes)).toBe(picture);
    }
  }
}

test("RLBench's layout reads as Python wrote it, whatever the protocol", async () => {
  const bundle = await open(fixture('rlbench_variations.zip'));
  expect(bundle).toMatchObject({ name: 'given.zip', format: 'rlbench', remarks: [ZIP_CHECKSUMS] });
  await expectGolden(bundle, goldens.rlbench_variations);
});

test("the layout of PerAct's fork reads as Python wrote it", async () => {
  const bundle = await open(fixture('rlbench_all_variations.zip'));
  await expectGolden(bundle, goldens.rlbench_all_variations);
});

test("another hand's LeRobot v3.0 dataset reads as Python wrote it, compressed or stored", async () => {
  const zip = fixture('lerobot_v3.zip');
  for (const bytes of [zip, await zipped(await unzipped(zip))]) {
    const bundle = await open(bytes);
    expect(bundle.format).toBe('lerobot');
    expect(bundle.remarks.join()).toMatch(/no joint velocities.*gripper counts as open/);
    await expectGolden(bundle, goldens.lerobot_v3);
  }
});

test('eight numbers without telling names are asked about before they are read; names are said', async () => {
  const files = await unzipped(fixture('lerobot_v3.zip'));
  const path = 'libero/meta/info.json';
  const text = new TextDecoder().decode(files[path]);
  const info = JSON.parse(text) as { features: Record<string, { names: unknown }> };
  const named = await open(fixture('lerobot_v3.zip'));
  expect(named.mapping!.guess).toBeNull();
  expect(named.remarks[0]).toBe(
    'Read as the state: position x, y, z of observation.state (m); orientation wx, wy, wz of observation.state ' +
      '(rotation vector (rad)); gripper gripper_left of observation.state (grows as it opens). LeRobot does not say ' +
      'in which unit and frame positions are: they are taken in the unit named here, in a frame of their own.',
  );
  const motors = Array.from({ length: 8 }, (_, i) => `motor_${i}`);
  for (const names of [null, ['state'], { motors }]) {
    info.features['observation.state'].names = names;
    const unnamed = await zipped({ ...files, [path]: new TextEncoder().encode(JSON.stringify(info)) });
    const error = await refusal(unnamed);
    expect(error.message).toMatch(
      /^libero\/meta\/info\.json: names none of the 8 numbers .* choose the columns \(on the page, or by --mapping\)/,
    );
    const { offer } = error as MappingNeeded;
    expect(offer.features[0].labels).toEqual(names && 'motors' in names ? motors : []);
    const mapping = offer.mapping as StateMapping;
    const read = await openBundle(new Blob([unnamed]), 'x.zip', { mapping });
    expect(read.mapping!.guess).toBeNull();
    await expectGolden(read, goldens.lerobot_v3);
  }
});

test('progress goes up to the number of episodes, and an abort stops the opening', async () => {
  const blob = new Blob([fixture('rlbench_variations.zip')]);
  const seen: number[] = [];
  await openBundle(blob, 'x.zip', { onProgress: ({ done, total }) => seen.push(done / total) });
  expect(seen).toEqual([0, 1 / 3, 2 / 3, 1]);
  const controller = new AbortController();
  const opening = openBundle(blob, 'x.zip', {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
});

describe('bad RLBench bundles are refused, naming the file and the reason', () => {
  const folder = 'recordings/pick_up_cup/variation0/episodes/episode1/';
  let good: Files;
  beforeAll(async () => {
    good = await unzipped(fixture('rlbench_variations.zip'));
  }, HOOK_MILLISECONDS);
  const withFile = (path: string, bytes: Uint8Array) => zipped({ ...good, [path]: bytes });

  for (const [name, reason] of Object.entries({
    nan: 'frame 2 has NaN in its gripper pose',
    infinite: 'frame 2 has Infinity in its gripper pose',
    norm: 'frame 2 has a gripper quaternion of norm 1.41',
    shape: 'frame 1 has gripper_pose of shape 2x3, not 7',
    no_frames: 'holds no frame',
    system: 'asks for posix.system',
    system_protocol2: 'asks for posix.system',
  }))
    test(name, async () => {
      const error = await refusal(await withFile(`${folder}low_dim_obs.pkl`, fixture(`bad_${name}.pkl`)));
      expect(error.file).toBe(`${folder}low_dim_obs.pkl`);
      expect(error.reason).toContain(reason);
    });

  test('a missing frame, a missing camera folder, a missing pickle, a picture that is none', async () => {
    const without = async (pattern: RegExp) =>
      zipped(Object.fromEntries(Object.entries(good).filter(([path]) => !pattern.test(path))));
    expect((await refusal(await without(/episode1\/front_rgb\/4\.png$/))).message).toContain(
      `${folder}front_rgb/4.png: is missing, though low_dim_obs.pkl has 10 frames`,
    );
    expect((await refusal(await without(/episode1\/.*_rgb/))).message).toContain(
      `${folder}: has no pictures`,
    );
    expect((await refusal(await without(/episode1\/low_dim_obs/))).message).toContain(
      `${folder}low_dim_obs.pkl: is missing`,
    );
    const noPicture = await withFile(`${folder}front_rgb/0.png`, new TextEncoder().encode('not a picture'));
    expect((await refusal(noPicture)).message).toContain(`${folder}front_rgb/0.png: is no PNG`);
  });

  test('zero episodes', async () => {
    expect((await refusal(await zipped({ 'pick_up_cup/readme.txt': new Uint8Array(3) }))).reason).toContain(
      'holds no episode',
    );
  });
});

describe('bad LeRobot bundles are refused', () => {
  let good: Files;
  beforeAll(async () => {
    good = await unzipped(fixture('lerobot_v3.zip'));
  }, HOOK_MILLISECONDS);
  const info = (change: (info: InfoJson) => void) => {
    const json = JSON.parse(new TextDecoder().decode(good['libero/meta/info.json'])) as InfoJson;
    change(json);
    return zipped({ ...good, 'libero/meta/info.json': new TextEncoder().encode(JSON.stringify(json)) });
  };
  interface InfoJson {
    codebase_version: string;
    fps: unknown;
    features: Record<string, { dtype: string; names: unknown }>;
  }

  test('with what to do', async () => {
    const reasons = {
      'is of version v1.6, not v2.1 or v3.0: convert it': await info((i) => (i.codebase_version = 'v1.6')),
      'at fps': await info((i) => (i.fps = 'ten')),
      'has no column videos/observation.images.image/chunk_index': await info(
        (i) => (i.features['observation.images.image'].dtype = 'video'),
      ),
      'it has observation.state [a, b, c': await info(
        (i) => (i.features['observation.state'].names = { motors: [...'abcdefgh'] }),
      ),
      'is no JSON': await zipped({ ...good, 'libero/meta/info.json': new Uint8Array(9) }),
      'is missing': await zipped({ 'meta/info.json': good['libero/meta/info.json'] }),
      'is no parquet file': await zipped({
        ...good,
        'libero/data/chunk-000/file-001.parquet': new Uint8Array(99),
      }),
      'lacks frame 0 of episode 1': await zipped({
        ...good,
        'libero/data/chunk-000/file-001.parquet': good['libero/data/chunk-000/file-000.parquet'],
      }),
    };
    for (const [reason, zip] of Object.entries(reasons))
      expect((await refusal(zip)).message).toContain(reason);
  });
});

describe('bad zips are refused', () => {
  const path = 'task/variation0/episodes/episode0/low_dim_obs.pkl';
  const utf8 = new TextEncoder();

  test('what is no zip, what was cut short, what is empty', async () => {
    const zip = fixture('rlbench_variations.zip');
    for (const bytes of [utf8.encode('hello, this is text'), zip.slice(0, zip.length / 2), new Uint8Array()])
      expect((await refusal(bytes)).message).toMatch(
        /^given\.zip: is not a zip that can be read, or was cut short/,
      );
  });

  test('paths that leave the folder', async () => {
    const zip = await zipped({ [`aa/${path}`]: utf8.encode('x') });
    const text = Buffer.from(zip).toString('latin1').replaceAll('aa/task', '../task');
    expect((await refusal(Uint8Array.from(Buffer.from(text, 'latin1')))).reason).toMatch(/Unsafe filename/);
  });

  test('bombs: too large by their own word, larger than their word, overlapping, too many', async () => {
    const zeros = await zipped({ [path]: new Uint8Array(4 * 2 ** 20), 'other.txt': utf8.encode('x') }, 6);
    const entry = centralEntries(zeros);
    expect((await refusal(patched(zeros, entry[0] + 24, 0xe0000000))).reason).toMatch(
      /3584 MB large, more than 64 MB/,
    );
    const lying = patched(patched(zeros, entry[0] + 24, 1000), 22, 1000);
    expect((await refusal(lying)).file).toBe(path);
    expect((await refusal(patched(zeros, entry[1] + 42, 10))).reason).toContain('overlaps another file');
    const limited = (limits: { entries: number; totalBytes: number }) =>
      Archive.open(new Blob([zeros]), 'z.zip', limits);
    await expect(limited({ entries: 1, totalBytes: 1e9 })).rejects.toThrow('z.zip: holds more than 1 files');
    await expect(limited({ entries: 9, totalBytes: 1e6 })).rejects.toThrow('would unpack to more than 1 MB');
  });

  test('random damage gives a BundleError or a bundle, in bounded time', async () => {
    const random = seededRandom('zip damage');
    const below = (n: number) => Math.floor(random() * n);
    let refused = 0;
    const zips = ['rlbench_all_variations.zip', 'lerobot_v3.zip'].map(fixture);
    zips.push(await zipped(await unzipped(zips[1])));
    for (let trial = 0; trial < 60; trial++) {
      const bytes = zips[trial % zips.length].slice();
      for (let k = 0; k < 1 + below(3); k++) bytes[below(bytes.length)] = below(256);
      try {
        const bundle = await open(trial % 5 ? bytes : bytes.slice(0, below(bytes.length)));
        for (const demo of bundle.demonstrations)
          for (const camera of Object.keys(demo.cameras))
            await bundle.frames.read(demo.id, camera, demo.length - 1);
      } catch (error) {
        expect(error).toBeInstanceOf(BundleError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  }, 120_000);
});

/** Where the central directory's records begin. */
function centralEntries(zip: Uint8Array): number[] {
  const text = Buffer.from(zip).toString('latin1');
  return [...text.matchAll(/PK\u0001\u0002/g)].map((match) => match.index);
}

function patched(zip: Uint8Array<ArrayBuffer>, at: number, value: number): Uint8Array<ArrayBuffer> {
  const out = zip.slice();
  new DataView(out.buffer).setUint32(at, value, true);
  return out;
}

import { expect, test } from 'vitest';
import { fixture, unzipped, zipped } from '../../test/fixtures/fixture.ts';
import { makeQuestions } from '../questions/generate.ts';
import { DEFAULT_QUESTION_SETTINGS } from '../questions/question.ts';
import { ZIP_CHECKSUMS } from './damageRemarks.ts';
import type { Bundle, Demonstration, EncodedImage } from './demonstration.ts';
import { discoverKeypoints } from './keypoints.ts';
import { writeLerobot } from './lerobotWriter.ts';
import { openBundle } from './openBundle.ts';
import { ParquetSource } from './parquetSource.ts';
import { partialCameras } from './partialCameras.ts';

/** 2 x 1 pixels: one colour on the left, another on the right. */
const decode = (_what: string, picture: EncodedImage) => {
  const level = picture.bytes.length % 200;
  return Promise.resolve({ width: 2, height: 1, data: [level, 0, 255, level + 10, 0, 51] });
};

const original = () => openBundle(new Blob([fixture('rlbench_variations.zip')]), 'a.zip');
const reopened = async (bundle: Bundle) =>
  openBundle(new Blob([await writeLerobot(bundle, { decode })]), 'b.zip');

test('what is written reads back equal, numbers to float32', async () => {
  const bundle = await original();
  bundle.demonstrations[2].cameras.front.extrinsics![3] = 1.5;
  const read = await reopened(bundle);
  expect(read).toMatchObject({ format: 'lerobot', remarks: [ZIP_CHECKSUMS] });
  expect(read.mapping!.features.map(({ name }) => name)).not.toContain('camera_extrinsics.wrist');
  const rounded = (demo: Demonstration) => ({
    ...demo,
    gripperPose: [...demo.gripperPose].map(Math.fround),
    gripperOpen: [...demo.gripperOpen!],
    jointPositions: [...demo.jointPositions!].map(Math.fround),
    jointVelocities: [...demo.jointVelocities!].map(Math.fround),
    cameras: {
      ...demo.cameras,
      wrist: { ...demo.cameras.wrist, extrinsics: demo.cameras.wrist.extrinsics!.map(Math.fround) },
    },
  });
  expect(read.demonstrations.map(rounded)).toEqual(bundle.demonstrations.map(rounded));
  for (const { id, length, cameras } of bundle.demonstrations)
    for (const camera of Object.keys(cameras))
      for (let frame = 0; frame < length; frame++)
        expect(await read.frames.read(id, camera, frame)).toEqual(
          await bundle.frames.read(id, camera, frame),
        );
});

test('poses of a moving camera are a column where every demonstration has them; else none is told', async () => {
  const bundle = await original();
  const [first, second] = bundle.demonstrations.map(({ cameras }) => cameras.wrist);
  first.extrinsics = first.extrinsics!.slice(0, 16);
  const standing = await reopened(bundle);
  expect(standing.demonstrations.map(({ cameras }) => cameras.wrist.extrinsics!.length / 16)).toEqual([
    1, 10, 9,
  ]);
  second.extrinsics = null;
  const partly = await reopened(bundle);
  expect(partly.demonstrations.map(({ cameras }) => cameras.wrist.extrinsics?.length)).toEqual([
    16,
    undefined,
    undefined,
  ]);
});

test('a changed pose of a moving camera parts from its statistics', async () => {
  const bundle = await original();
  const good = await unzipped(await writeLerobot(bundle, { decode }));
  bundle.demonstrations[1].cameras.wrist.extrinsics![16 * 4 + 3] += 0.5;
  const other = await unzipped(await writeLerobot(bundle, { decode }));
  const rows = Object.keys(good).find((path) => /data\/.*parquet$/.test(path))!;
  const mixed = await zipped({ ...good, [rows]: other[rows] });
  await expect(openBundle(new Blob([mixed]), 'c.zip')).rejects.toThrow(
    /of camera_extrinsics\.wrist\[3\] in episode 1 where its statistics say/,
  );
});

test('the same bundle gives the same bytes', async () => {
  const bundle = await original();
  expect(Buffer.compare(await writeLerobot(bundle, { decode }), await writeLerobot(bundle, { decode }))).toBe(
    0,
  );
});

test('joint velocities that one demonstration lacks are left out, and derived when read', async () => {
  const bundle = await original();
  const recorded = bundle.demonstrations[0].jointVelocities;
  bundle.demonstrations[1].jointVelocities = null;
  const read = await reopened(bundle);
  expect(read.remarks.join()).toContain('differences of the joint positions stand for them');
  expect(read.demonstrations[0].jointVelocities).toHaveLength(recorded!.length);
  expect(read.demonstrations[0].jointVelocities).not.toEqual(recorded);
});

test('a camera that one demonstration lacks is left out and named; without any in all nothing is written', async () => {
  const bundle = await original();
  const [first] = bundle.demonstrations;
  expect(partialCameras(bundle.demonstrations)).toEqual([]);
  delete first.cameras.wrist;
  expect(partialCameras(bundle.demonstrations)).toEqual(['wrist']);
  const read = await reopened(bundle);
  expect(read.demonstrations.map(({ cameras }) => Object.keys(cameras))).toEqual(
    read.demonstrations.map(() => ['front']),
  );
  first.cameras = { wrist: first.cameras.front };
  for (const demo of bundle.demonstrations.slice(1)) delete demo.cameras.wrist;
  await expect(writeLerobot(bundle, { decode })).rejects.toThrow(
    'no camera is in all demonstrations, only wrist, front in some',
  );
});

test('no demonstration, or mixed frame rates and sizes, cannot be written', async () => {
  const bundle = await original();
  await expect(writeLerobot({ ...bundle, demonstrations: [] }, { decode })).rejects.toThrow(
    'no demonstration to write',
  );
  bundle.demonstrations[0].fps = 30;
  await expect(writeLerobot(bundle, { decode })).rejects.toThrow('at 30 and 20 frames a second');
  bundle.demonstrations[0].fps = 20;
  bundle.demonstrations[0].cameras.front.width = 16;
  await expect(writeLerobot(bundle, { decode })).rejects.toThrow('camera front has pictures of 16x8 and 8x8');
});

async function table(files: Record<string, Uint8Array>, path: string) {
  const bytes = files[path];
  const source = await ParquetSource.open(new Blob([bytes as Uint8Array<ArrayBuffer>]), path);
  return source.read([...source.columns]);
}

test('over many data files, offsets and statistics are those of the rows', async () => {
  const bundle = await original();
  bundle.demonstrations[1].jointVelocities = null;
  const files = await unzipped(
    Buffer.from(await writeLerobot(bundle, { decode, data_files_size_in_mb: 1e-6 })),
  );
  const info = JSON.parse(new TextDecoder().decode(files['meta/info.json'])) as {
    features: Record<string, { dtype: string }>;
    total_frames: number;
  };
  const stats = JSON.parse(new TextDecoder().decode(files['meta/stats.json'])) as Record<
    string,
    Record<string, unknown>
  >;
  expect(Object.keys(stats).sort()).toEqual(Object.keys(info.features).sort());
  expect(info.features).not.toHaveProperty('observation.joint_velocities');

  const episodes = await table(files, 'meta/episodes/chunk-000/file-000.parquet');
  const { length } = bundle.demonstrations;
  expect(episodes['data/file_index'].map(Number)).toEqual(bundle.demonstrations.map((_, k) => k));
  let from = 0;
  const all: number[][] = [];
  for (let k = 0; k < length; k++) {
    const rows = await table(files, `data/chunk-000/file-00${k}.parquet`);
    expect(Object.keys(rows).sort()).toEqual(Object.keys(info.features).sort());
    const states = rows['observation.state'] as number[][];
    const [start, end] = ['dataset_from_index', 'dataset_to_index'].map((name) => Number(episodes[name][k]));
    expect([start, end]).toEqual([from, from + states.length]);
    expect(rows.index.map(Number)).toEqual(states.map((_, i) => start + i));
    expect(rows.frame_index.map(Number)).toEqual(states.map((_, i) => i));
    expect(rows.timestamp).toEqual(states.map((_, i) => Math.fround(i / 20)));
    expect(rows.action.slice(0, -1)).toEqual(states.slice(1));
    expect(episodes['stats/observation.state/max'][k]).toEqual(columnwise(states, (x) => Math.max(...x)));
    expect(Number((episodes['stats/observation.state/count'][k] as unknown[])[0])).toBe(states.length);
    expect(episodes['stats/observation.images.front/max'][k]).toEqual([[[expect.any(Number)]], [[0]], [[1]]]);
    all.push(...states);
    from = end;
  }
  expect(from).toBe(info.total_frames);
  expect(stats['observation.state'].min).toEqual(columnwise(all, (x) => Math.min(...x)));
  expect(stats['observation.images.front'].mean).toEqual([[[expect.any(Number)]], [[0]], [[0.6]]]);
  expect(stats['observation.images.front'].std).toEqual([
    [[expect.any(Number)]],
    [[0]],
    [[expect.closeTo(0.4)]],
  ]);
  expect(stats['observation.images.front'].count).toEqual([info.total_frames]);
});

const columnwise = (rows: number[][], of: (column: number[]) => number) =>
  rows[0].map((_, j) => of(rows.map((row) => row[j])));

test('what is known of another world goes along, and only what all of its demonstrations share', async () => {
  const bundle = await openBundle(new Blob([fixture('robomimic.hdf5')]), 'robomimic.hdf5');
  const { scene } = bundle.demonstrations[0];
  expect(scene).toMatchObject({ robot: 'Panda', frame: "robosuite's world frame" });
  const read = await reopened(bundle);
  expect(read.demonstrations.map((demo) => demo.scene)).toEqual([scene, scene]);
  bundle.demonstrations[1].scene = { ...scene!, robot: 'UR5e', table: 0.8 };
  const mixed = await unzipped(await writeLerobot(bundle, { decode }));
  const info = JSON.parse(new TextDecoder().decode(mixed['meta/info.json'])) as {
    robot_type: string;
    features: Record<string, { info?: unknown }>;
  };
  expect(info.robot_type).toBe('unknown');
  expect(info.features['observation.state'].info).toEqual({ scene: { ...scene, robot: null, table: null } });
  expect((await reopened(await original())).demonstrations.map((demo) => demo.scene)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a dataset with our columns whose info.json names another robot is not of RLBench’s world', async () => {
  const files = await unzipped(await writeLerobot(await original(), { decode }));
  const info = JSON.parse(new TextDecoder().decode(files['meta/info.json'])) as object;
  const named = async (robot_type: unknown) => {
    const changed = new TextEncoder().encode(JSON.stringify({ ...info, robot_type }));
    return openBundle(new Blob([await zipped({ ...files, 'meta/info.json': changed })]), 'a.zip');
  };
  const other = await named('so100_follower');
  expect(other.demonstrations.map(({ scene }) => scene)).toEqual(
    other.demonstrations.map(() => ({
      robot: 'so100_follower',
      frame: null,
      table: null,
      position: 'x, y, z of observation.state',
      gripper: 'gripper_open of observation.state (openness, 0 to 1)',
    })),
  );
  expect(other.remarks.join()).toContain('Read as the state: position x, y, z of observation.state');
  for (const ours of ['panda', 'unknown', undefined]) {
    const { demonstrations, remarks } = await named(ours);
    expect(demonstrations.every(({ scene }) => scene === undefined)).toBe(true);
    expect(remarks.join()).not.toContain('Read as the state');
  }
});

test('a gripper whose opening is not recorded has no column, no statistics and no word, and reads back so', async () => {
  const file = new Blob([fixture('lerobot_v3.zip')]);
  const { mapping } = (await openBundle(file, 'a.zip')).mapping!;
  const bundle = await openBundle(file, 'a.zip', { mapping: { ...mapping, gripper: null } });
  const said = [
    /^Read as the state: position [^;]*; orientation [^;]*\. LeRobot/,
    /^There are no joint velocities: with no gripper opening either, the last frame is the only keypoint\.$/,
    /^No opening of the gripper is read, so nothing here says whether it is open/,
  ];
  const last = ({ length }: Demonstration) => [length - 1];
  const zip = await writeLerobot(bundle, { decode });
  const read = await openBundle(new Blob([zip]), 'b.zip');
  expect(read.mapping!.mapping.gripper).toBeNull();
  for (const { demonstrations, remarks } of [bundle, read]) {
    expect(demonstrations.map(({ gripperOpen, scene }) => [gripperOpen, scene?.gripper])).toEqual(
      demonstrations.map(() => [null, null]),
    );
    expect(demonstrations.map((demo) => discoverKeypoints(demo))).toEqual(demonstrations.map(last));
    const prompts = makeQuestions(demonstrations, DEFAULT_QUESTION_SETTINGS).map(({ prompt }) => prompt);
    expect(prompts.length).toBeGreaterThan(0);
    expect(prompts.join()).not.toMatch(/\bopen|\bclosed\b/);
    if (demonstrations === bundle.demonstrations)
      for (const what of said) expect(remarks.filter((remark) => what.test(remark))).toHaveLength(1);
  }
  const files = await unzipped(zip);
  const info = JSON.parse(new TextDecoder().decode(files['meta/info.json'])) as {
    features: Record<string, { names: string[] }>;
  };
  const stats = JSON.parse(new TextDecoder().decode(files['meta/stats.json'])) as Record<
    string,
    { mean: number[] }
  >;
  for (const feature of ['observation.state', 'action']) {
    expect(info.features[feature].names).toEqual(['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw']);
    expect(stats[feature].mean).toHaveLength(7);
  }
});

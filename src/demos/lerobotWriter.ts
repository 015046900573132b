/** A bundle as a LeRobot v3.0 dataset with its frames as pictures inside the parquet files. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, configure } from '@zip.js/zip.js';
import { isMoving, poseAt } from './camera.ts';
import { columnStats, type FeatureStats } from './columnStats.ts';
import type { Bundle, Demonstration, EncodedImage } from './demonstration.ts';
import { parquetFile, type Column, type StoredPicture } from './parquetTable.ts';
import { PictureCounts, type RgbPixels } from './pictureStats.ts';

const CHUNKS_SIZE = 1000;
/** Written into every entry, so that the same bundle gives the same bytes. */
const ENTRY_DATE = new Date(2025, 0, 1);

export const STATE_NAMES = ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw', 'gripper_open'];

/** Row and column of a 4x4. */
const MATRIX_NAMES = Array.from({ length: 16 }, (_, i) => `m${Math.floor(i / 4)}${i % 4}`);

/** Columns of joints, written where every demonstration has them. */
const JOINTS = {
  jointPositions: 'observation.joint_positions',
  jointVelocities: 'observation.joint_velocities',
} as const;
type JointColumn = keyof typeof JOINTS;

export interface WriteOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
  /** Decodes a picture, of whose pixels the statistics are. @param what names it in errors */
  decode: (what: string, image: EncodedImage) => Promise<RgbPixels>;
  /** A data file takes no further episode beyond it; LeRobot's own 100 without it. */
  data_files_size_in_mb?: number;
}

interface Episode {
  demo: Demonstration;
  index: number;
  taskIndex: number;
  /** Index of its first frame in the whole dataset. */
  from: number;
  pictures: Record<string, StoredPicture[]>;
  /** By camera. */
  counts: Record<string, PictureCounts>;
}

/**
 * A zip, entries stored without compression, in LeRobot v3.0's layout.
 *
 * observation.state is x, y, z (metres, world frame), quaternion x, y, z, w and gripper_open, in float32; action is the
 * state of the next frame. Cameras and joint columns are written where every demonstration has them. A camera's
 * calibration stands in info.json as features["observation.images.<camera>"].info (intrinsics 3x3, extrinsics 4x4
 * camera to world, and `episodes` for those that differ from the first); the extrinsics of one that moves are the
 * feature camera_extrinsics.<camera>, which its info names, where every demonstration has them; id, task name, variation and all descriptions
 * stand in meta/episodes as demonstration/* columns. Statistics of every feature stand in meta/stats.json, and of each
 * episode in meta/episodes as stats/<feature>/<statistic>.
 * @throws Error when there is no demonstration, or frame rates or picture sizes differ among them; what `decode` throws
 */
export async function writeLerobot(
  bundle: Bundle,
  { signal, onProgress, decode, data_files_size_in_mb = 100 }: WriteOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const demos = bundle.demonstrations;
  const cameras = sharedCameras(demos);
  const fps = sharedFps(demos);
  const joints = (['jointPositions', 'jointVelocities'] as const).filter((key) =>
    demos.every((demo) => demo[key]),
  );
  const moving = movingCameras(demos, cameras);
  const columnsOf = (episodes: Episode[], pictures: string[]) =>
    dataColumns(episodes, joints, moving, pictures, fps);
  const tasks = [...new Set(demos.map((demo) => demo.descriptions[0]))];

  configure({ useWebWorkers: false });
  const zip = new ZipWriter(new Uint8ArrayWriter(), {
    level: 0,
    lastModDate: ENTRY_DATE,
    extendedTimestamp: false,
  });
  const add = (path: string, bytes: Uint8Array) => zip.add(path, new Uint8ArrayReader(bytes));

  const total = demos.reduce((sum, demo) => sum + demo.length, 0);
  const files: Episode[][] = [];
  let pending: Episode[] = [];
  let pendingBytes = 0;
  let from = 0;
  const flush = async () => {
    const path = `data/${chunkPath(files.length)}`;
    await add(
      path,
      parquetFile(columnsOf(pending, cameras), { rowGroups: pending.map((e) => e.demo.length) }),
    );
    files.push(pending.map((episode) => ({ ...episode, pictures: {} })));
    [pending, pendingBytes] = [[], 0];
  };
  for (const [index, demo] of demos.entries()) {
    const pictures: Record<string, StoredPicture[]> = {};
    const counts: Record<string, PictureCounts> = {};
    for (const camera of cameras) {
      pictures[camera] = [];
      counts[camera] = new PictureCounts();
      for (let frame = 0; frame < demo.length; frame++) {
        signal?.throwIfAborted();
        const picture = await bundle.frames.read(demo.id, camera, frame);
        const { bytes, mime } = picture;
        counts[camera].add(await decode(`frame ${frame} of ${demo.id}, camera ${camera}`, picture));
        const path = `frame-${String(frame).padStart(6, '0')}.${mime.slice('image/'.length)}`;
        pictures[camera].push({ bytes, path });
        pendingBytes += bytes.length;
      }
    }
    pending.push({ demo, index, taskIndex: tasks.indexOf(demo.descriptions[0]), from, pictures, counts });
    from += demo.length;
    onProgress?.({ done: from, total, what: 'frames' });
    if (pendingBytes > data_files_size_in_mb * 2 ** 20) await flush();
  }
  if (pending.length) await flush();

  await add('meta/tasks.parquet', parquetFile(taskColumns(tasks), { pandasIndex: 'task' }));
  const episodes = files.flat();
  const statsOf = (some: Episode[]) => ({
    ...columnStats(columnsOf(some, [])),
    ...pictureStats(some, cameras),
  });
  const columns = [...episodeColumns(files), ...statsColumns(episodes.map((episode) => statsOf([episode])))];
  await add('meta/episodes/chunk-000/file-000.parquet', parquetFile(columns));
  await add('meta/stats.json', json(statsOf(episodes)));
  await add(
    'meta/info.json',
    json(info(demos, joints, cameras, moving, fps, tasks.length, data_files_size_in_mb)),
  );
  return zip.close();
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value, null, 2) + '\n');

function chunkPath(file: number): string {
  const pad = (n: number) => String(n).padStart(3, '0');
  return `chunk-${pad(Math.floor(file / CHUNKS_SIZE))}/file-${pad(file % CHUNKS_SIZE)}.parquet`;
}

function sharedFps(demos: Demonstration[]): number {
  const rates = new Set(demos.map((demo) => demo.fps));
  if (rates.size !== 1)
    throw new Error(
      rates.size
        ? `demonstrations at ${[...rates].join(' and ')} frames a second do not fit one LeRobot dataset: write them apart`
        : 'no demonstration to write: record or load one first',
    );
  return demos[0].fps;
}

function sharedCameras(demos: Demonstration[]): string[] {
  const names = Object.keys(demos[0]?.cameras ?? {}).filter((name) =>
    demos.every((demo) => demo.cameras[name]),
  );
  for (const name of names) {
    const sizes = new Set(demos.map(({ cameras }) => `${cameras[name].width}x${cameras[name].height}`));
    if (sizes.size > 1)
      throw new Error(
        `camera ${name} has pictures of ${[...sizes].join(' and ')}: write demonstrations of one size`,
      );
  }
  return names;
}

/** Cameras that move in some demonstration, and are calibrated in all. */
function movingCameras(demos: Demonstration[], cameras: string[]): string[] {
  return cameras.filter(
    (name) =>
      demos.some((demo) => isMoving(demo.cameras[name])) &&
      demos.every((demo) => demo.cameras[name].extrinsics),
  );
}

const extrinsicsFeature = (camera: string) => `camera_extrinsics.${camera}`;

function dataColumns(
  episodes: Episode[],
  joints: JointColumn[],
  moving: string[],
  cameras: string[],
  fps: number,
): Column[] {
  const everyFrame = <T>(value: (episode: Episode, frame: number) => T): T[] =>
    episodes.flatMap((episode) =>
      Array.from({ length: episode.demo.length }, (_, frame) => value(episode, frame)),
    );
  return [
    { name: 'observation.state', kind: 'floats', rows: everyFrame(({ demo }, i) => stateAt(demo, i)) },
    ...joints.map((key): Column => {
      const rows = everyFrame(({ demo }, i) => row(demo[key]!, demo.length, i));
      return { name: JOINTS[key], kind: 'floats', rows };
    }),
    ...moving.map((camera): Column => {
      const rows = everyFrame(({ demo }, i) => poseAt(demo.cameras[camera], i)!);
      return { name: extrinsicsFeature(camera), kind: 'floats', rows };
    }),
    {
      name: 'action',
      kind: 'floats',
      rows: everyFrame(({ demo }, i) => stateAt(demo, Math.min(i + 1, demo.length - 1))),
    },
    ...cameras.map((camera): Column => {
      const rows = episodes.flatMap((episode) => episode.pictures[camera]);
      return { name: `observation.images.${camera}`, kind: 'picture', rows };
    }),
    { name: 'timestamp', kind: 'float', rows: everyFrame((_, i) => i / fps) },
    { name: 'frame_index', kind: 'int64', rows: everyFrame((_, i) => i) },
    { name: 'episode_index', kind: 'int64', rows: everyFrame((episode) => episode.index) },
    { name: 'index', kind: 'int64', rows: everyFrame((episode, i) => episode.from + i) },
    { name: 'task_index', kind: 'int64', rows: everyFrame((episode) => episode.taskIndex) },
  ];
}

function stateAt(demo: Demonstration, i: number): number[] {
  return [...demo.gripperPose.subarray(7 * i, 7 * i + 7), demo.gripperOpen[i]];
}

function row(values: Float64Array, length: number, i: number): number[] {
  const width = values.length / length;
  return [...values.subarray(i * width, (i + 1) * width)];
}

function taskColumns(tasks: string[]): Column[] {
  return [
    { name: 'task_index', kind: 'int64', rows: tasks.map((_, i) => i) },
    { name: 'task', kind: 'text', rows: tasks },
  ];
}

function episodeColumns(files: Episode[][]): Column[] {
  const episodes = files.flatMap((file, index) => file.map((episode) => ({ ...episode, file: index })));
  const int64 = (name: string, value: (episode: (typeof episodes)[number]) => number): Column => ({
    name,
    kind: 'int64',
    rows: episodes.map(value),
  });
  return [
    int64('episode_index', (e) => e.index),
    { name: 'tasks', kind: 'texts', rows: episodes.map((e) => [e.demo.descriptions[0]]) },
    int64('length', (e) => e.demo.length),
    int64('data/chunk_index', (e) => Math.floor(e.file / CHUNKS_SIZE)),
    int64('data/file_index', (e) => e.file % CHUNKS_SIZE),
    int64('dataset_from_index', (e) => e.from),
    int64('dataset_to_index', (e) => e.from + e.demo.length),
    int64('meta/episodes/chunk_index', () => 0),
    int64('meta/episodes/file_index', () => 0),
    { name: 'demonstration/id', kind: 'text', rows: episodes.map((e) => e.demo.id) },
    { name: 'demonstration/task', kind: 'text', rows: episodes.map((e) => e.demo.task) },
    int64('demonstration/variation', (e) => e.demo.variation),
    { name: 'demonstration/descriptions', kind: 'texts', rows: episodes.map((e) => e.demo.descriptions) },
  ];
}

function pictureStats(episodes: Episode[], cameras: string[]): Record<string, FeatureStats> {
  return Object.fromEntries(
    cameras.map((camera) => {
      const all = new PictureCounts();
      for (const { counts } of episodes) all.addAll(counts[camera]);
      return [`observation.images.${camera}`, all.describe()];
    }),
  );
}

/** stats/<feature>/<statistic>, a row an episode. */
function statsColumns(episodes: Record<string, FeatureStats>[]): Column[] {
  return Object.entries(episodes[0]).flatMap(([feature, stats]) =>
    Object.keys(stats).map((statistic): Column => {
      const name = `stats/${feature}/${statistic}`;
      const rows = episodes.map((episode) => episode[feature][statistic]);
      if (statistic === 'count') return { name, kind: 'int64s', rows: rows as number[][] };
      return Array.isArray(rows[0][0])
        ? { name, kind: 'channels', rows: rows as number[][][][] }
        : { name, kind: 'doubles', rows: rows as number[][] };
    }),
  );
}

function info(
  demos: Demonstration[],
  joints: JointColumn[],
  cameras: string[],
  moving: string[],
  fps: number,
  totalTasks: number,
  data_files_size_in_mb: number,
) {
  const vector = (names: string[]) => ({ dtype: 'float32', shape: [names.length], names });
  const scalar = (dtype: string) => ({ dtype, shape: [1], names: null });
  const jointNames = (key: JointColumn) => {
    const count = demos[0][key]!.length / demos[0].length;
    return Array.from({ length: count }, (_, i) => `joint_${i + 1}`);
  };
  return {
    codebase_version: 'v3.0',
    robot_type: 'panda',
    total_episodes: demos.length,
    total_frames: demos.reduce((sum, demo) => sum + demo.length, 0),
    total_tasks: totalTasks,
    chunks_size: CHUNKS_SIZE,
    data_files_size_in_mb,
    video_files_size_in_mb: 200,
    fps,
    splits: { train: `0:${demos.length}` },
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: null,
    features: {
      'observation.state': vector(STATE_NAMES),
      ...Object.fromEntries(joints.map((key) => [JOINTS[key], vector(jointNames(key))])),
      ...Object.fromEntries(moving.map((name) => [extrinsicsFeature(name), vector(MATRIX_NAMES)])),
      action: vector(STATE_NAMES),
      ...Object.fromEntries(
        cameras.map((name) => [`observation.images.${name}`, imageFeature(demos, name, moving)]),
      ),
      timestamp: scalar('float32'),
      frame_index: scalar('int64'),
      episode_index: scalar('int64'),
      index: scalar('int64'),
      task_index: scalar('int64'),
    },
  };
}

function imageFeature(demos: Demonstration[], name: string, moving: string[]) {
  const calibration = ({ cameras }: Demonstration) => {
    const { intrinsics, extrinsics } = cameras[name];
    if (moving.includes(name)) return { intrinsics, extrinsics: extrinsicsFeature(name) };
    return { intrinsics, extrinsics: isMoving(cameras[name]) ? null : extrinsics };
  };
  const { width, height } = demos[0].cameras[name];
  const shared = calibration(demos[0]);
  const differing = demos
    .map((demo, episode) => [String(episode), calibration(demo)] as const)
    .filter(([, own]) => JSON.stringify(own) !== JSON.stringify(shared));
  return {
    dtype: 'image',
    shape: [height, width, 3],
    names: ['height', 'width', 'channels'],
    info: { ...shared, ...(differing.length && { episodes: Object.fromEntries(differing) }) },
  };
}

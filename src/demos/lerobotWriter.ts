/** A bundle as a LeRobot v3.0 dataset with its frames as pictures inside the parquet files. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, configure } from '@zip.js/zip.js';
import { columnStats } from './columnStats.ts';
import type { Bundle, Demonstration } from './demonstration.ts';
import { parquetFile, type Column, type StoredPicture } from './parquetTable.ts';

/** LeRobot's data_files_size_in_mb: a data file takes no further episode beyond it. */
const DATA_FILE_MEGABYTES = 100;
const CHUNKS_SIZE = 1000;
/** Written into every entry, so that the same bundle gives the same bytes. */
const ENTRY_DATE = new Date(2025, 0, 1);

export const STATE_NAMES = ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw', 'gripper_open'];

export interface WriteOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
}

interface Episode {
  demo: Demonstration;
  index: number;
  taskIndex: number;
  /** Index of its first frame in the whole dataset. */
  from: number;
  pictures: Record<string, StoredPicture[]>;
}

/**
 * A zip, entries stored without compression, in LeRobot v3.0's layout.
 *
 * observation.state is x, y, z (metres, world frame), quaternion x, y, z, w and gripper_open, in float32; action is the
 * state of the next frame. Cameras and joint columns are written where every demonstration has them. A camera's
 * calibration stands in info.json as features["observation.images.<camera>"].info (intrinsics 3x3, extrinsics 4x4
 * camera to world, and `episodes` for those that differ from the first); id, task name, variation and all descriptions
 * stand in meta/episodes as demonstration/* columns.
 * @throws Error when there is no demonstration, or frame rates or picture sizes differ among them
 */
export async function writeLerobot(
  bundle: Bundle,
  { signal, onProgress }: WriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const demos = bundle.demonstrations;
  const cameras = sharedCameras(demos);
  const fps = sharedFps(demos);
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
      parquetFile(dataColumns(pending, cameras, fps), { rowGroups: pending.map((e) => e.demo.length) }),
    );
    files.push(pending.map((episode) => ({ ...episode, pictures: {} })));
    [pending, pendingBytes] = [[], 0];
  };
  for (const [index, demo] of demos.entries()) {
    const pictures: Record<string, StoredPicture[]> = {};
    for (const camera of cameras) {
      pictures[camera] = [];
      for (let frame = 0; frame < demo.length; frame++) {
        signal?.throwIfAborted();
        const { bytes, mime } = await bundle.frames.read(demo.id, camera, frame);
        const path = `frame-${String(frame).padStart(6, '0')}.${mime.slice('image/'.length)}`;
        pictures[camera].push({ bytes, path });
        pendingBytes += bytes.length;
      }
    }
    pending.push({ demo, index, taskIndex: tasks.indexOf(demo.descriptions[0]), from, pictures });
    from += demo.length;
    onProgress?.({ done: from, total, what: 'frames' });
    if (pendingBytes > DATA_FILE_MEGABYTES * 2 ** 20) await flush();
  }
  if (pending.length) await flush();

  await add('meta/tasks.parquet', parquetFile(taskColumns(tasks), { pandasIndex: 'task' }));
  await add('meta/episodes/chunk-000/file-000.parquet', parquetFile(episodeColumns(files)));
  await add('meta/stats.json', json(columnStats(dataColumns(files.flat(), [], fps))));
  await add('meta/info.json', json(info(demos, cameras, fps, tasks.length)));
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

function dataColumns(episodes: Episode[], cameras: string[], fps: number): Column[] {
  const demos = episodes.map((episode) => episode.demo);
  const everyFrame = <T>(value: (episode: Episode, frame: number) => T): T[] =>
    episodes.flatMap((episode) =>
      Array.from({ length: episode.demo.length }, (_, frame) => value(episode, frame)),
    );
  const joints = (key: 'jointPositions' | 'jointVelocities', name: string): Column[] =>
    demos.every((demo) => demo[key])
      ? [{ name, kind: 'floats', rows: everyFrame(({ demo }, i) => row(demo[key]!, demo.length, i)) }]
      : [];
  return [
    { name: 'observation.state', kind: 'floats', rows: everyFrame(({ demo }, i) => stateAt(demo, i)) },
    ...joints('jointPositions', 'observation.joint_positions'),
    ...joints('jointVelocities', 'observation.joint_velocities'),
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

function info(demos: Demonstration[], cameras: string[], fps: number, totalTasks: number) {
  const vector = (names: string[]) => ({ dtype: 'float32', shape: [names.length], names });
  const scalar = (dtype: string) => ({ dtype, shape: [1], names: null });
  const joints = (key: 'jointPositions' | 'jointVelocities', name: string) => {
    if (!demos.every((demo) => demo[key])) return {};
    const count = demos[0][key]!.length / demos[0].length;
    return { [name]: vector(Array.from({ length: count }, (_, i) => `joint_${i + 1}`)) };
  };
  return {
    codebase_version: 'v3.0',
    robot_type: 'panda',
    total_episodes: demos.length,
    total_frames: demos.reduce((sum, demo) => sum + demo.length, 0),
    total_tasks: totalTasks,
    chunks_size: CHUNKS_SIZE,
    data_files_size_in_mb: DATA_FILE_MEGABYTES,
    video_files_size_in_mb: 200,
    fps,
    splits: { train: `0:${demos.length}` },
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: null,
    features: {
      'observation.state': vector(STATE_NAMES),
      ...joints('jointPositions', 'observation.joint_positions'),
      ...joints('jointVelocities', 'observation.joint_velocities'),
      action: vector(STATE_NAMES),
      ...Object.fromEntries(cameras.map((name) => [`observation.images.${name}`, imageFeature(demos, name)])),
      timestamp: scalar('float32'),
      frame_index: scalar('int64'),
      episode_index: scalar('int64'),
      index: scalar('int64'),
      task_index: scalar('int64'),
    },
  };
}

function imageFeature(demos: Demonstration[], name: string) {
  const calibration = ({ cameras }: Demonstration) => {
    const { intrinsics, extrinsics } = cameras[name];
    return { intrinsics, extrinsics };
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

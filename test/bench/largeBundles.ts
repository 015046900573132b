/** Bundles as large as whole datasets are, written to disk: many files, large compressed files, many frames. */
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import type { Demonstration } from '../../src/demos/demonstration.ts';
import { parquetFile, type Column } from '../../src/demos/parquetTable.ts';
import { encodePng, pngChunk } from '../../src/demos/png.ts';
import { asPickled } from './rlbenchBundle.ts';
import { pickled } from './pickleWriter.ts';
import { ZipToDisk } from './zipToDisk.ts';

const CAMERAS = ['left_shoulder', 'right_shoulder', 'overhead', 'wrist', 'front'];
const LAYERS = ['rgb', 'depth', 'mask'];
const STATE = ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw', 'gripper_open'];
const FPS = 20;
const JOINTS = 7;

/** RLBench episodes of fifteen folders of pictures, a stored zip. */
export async function writeManyFiles(path: string, episodes: number, frames: number): Promise<void> {
  const zip = new ZipToDisk(path);
  const task = 'reach_target/variation0/';
  await zip.add(`${task}variation_descriptions.pkl`, pickled(['reach the red target']));
  const states = pickled(asPickled(demonstration(frames)));
  const png = await smallPng();
  for (let episode = 0; episode < episodes; episode++) {
    const folder = `${task}episodes/episode${episode}/`;
    await zip.add(`${folder}low_dim_obs.pkl`, states);
    for (const camera of CAMERAS)
      for (const layer of LAYERS)
        for (let frame = 0; frame < frames; frame++)
          await zip.add(`${folder}${camera}_${layer}/${frame}.png`, png);
  }
  await zip.close();
}

/** LeRobot v2.1, a file an episode, of pictures that do not compress, in a zip that tries to. */
export async function writeDeflatedParquet(
  path: string,
  episodes: number,
  frames: number,
  pictureBytes: number,
): Promise<void> {
  const zip = new ZipToDisk(path);
  const text = new TextEncoder();
  await zip.add('meta/info.json', text.encode(JSON.stringify(info('v2.1'))));
  await zip.add('meta/tasks.jsonl', text.encode(JSON.stringify({ task_index: 0, task: 'reach' })));
  const lines = Array.from({ length: episodes }, (_, k) =>
    JSON.stringify({ episode_index: k, tasks: ['reach'], length: frames }),
  );
  await zip.add('meta/episodes.jsonl', text.encode(lines.join('\n')));
  const picture = padded(await smallPng(), noise(pictureBytes));
  for (let k = 0; k < episodes; k++) {
    const columns: Column[] = [
      ...indices(k, k * frames, frames),
      { name: 'observation.state', kind: 'floats', rows: Array.from({ length: frames }, (_, i) => state(i)) },
      {
        name: 'observation.images.front',
        kind: 'picture',
        rows: Array.from({ length: frames }, () => ({ bytes: picture, path: null })),
      },
    ];
    const file = `data/chunk-000/episode_${String(k).padStart(6, '0')}.parquet`;
    await zip.add(file, parquetFile(columns), 1);
  }
  await zip.close();
}

/** LeRobot v3.0: all frames of all episodes as one row group of one file. */
export async function writeManyFrames(path: string, episodes: number, frames: number): Promise<void> {
  const zip = new ZipToDisk(path);
  const total = episodes * frames;
  const described = info('v3.0', { 'observation.joint_positions': { dtype: 'float32', shape: [JOINTS] } });
  await zip.add('meta/info.json', new TextEncoder().encode(JSON.stringify(described)));
  const each = <T>(of: (k: number) => T) => Array.from({ length: episodes }, (_, k) => of(k));
  const whole = (name: string, of: (k: number) => number): Column => ({
    name,
    kind: 'int64',
    rows: each(of),
  });
  await zip.add(
    'meta/episodes/chunk-000/file-000.parquet',
    parquetFile([
      whole('episode_index', (k) => k),
      whole('length', () => frames),
      whole('data/chunk_index', () => 0),
      whole('data/file_index', () => 0),
      whole('dataset_from_index', (k) => k * frames),
      { name: 'tasks', kind: 'texts', rows: each(() => ['reach']) },
      ...Object.entries(statistics(frames)).map(([key, values]): Column => ({
        name: `stats/observation.state/${key}`,
        kind: 'doubles',
        rows: each(() => values),
      })),
    ]),
  );
  const writer = new ByteWriter();
  const png = await smallPng();
  const picture = (i: number) => ({
    bytes: padded(png, new Uint8Array(Uint32Array.of(i).buffer)),
    path: null,
  });
  const optional = { repetition_type: 'OPTIONAL' } as const;
  const index = (name: string) => ({ name, ...optional, type: 'INT64' }) as const;
  const list = (name: string) =>
    [
      { name, ...optional, num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', ...optional, type: 'FLOAT' },
    ] as const;
  const numbers = (of: (i: number) => number) => Array.from({ length: total }, (_, i) => BigInt(of(i)));
  void parquetWrite({
    writer,
    schema: [
      { name: 'schema', num_children: 8 },
      ...['episode_index', 'frame_index', 'index', 'task_index'].map(index),
      { name: 'timestamp', ...optional, type: 'FLOAT' },
      ...list('observation.state'),
      ...list('observation.joint_positions'),
      { name: 'observation.images.front', ...optional, num_children: 2 },
      { name: 'bytes', ...optional, type: 'BYTE_ARRAY' },
      { name: 'path', ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    ],
    columnData: [
      { name: 'episode_index', data: numbers((i) => Math.floor(i / frames)) },
      { name: 'frame_index', data: numbers((i) => i % frames) },
      { name: 'index', data: numbers((i) => i) },
      { name: 'task_index', data: numbers(() => 0) },
      { name: 'timestamp', data: Float32Array.from({ length: total }, (_, i) => (i % frames) / FPS) },
      { name: 'observation.state', data: Array.from({ length: total }, (_, i) => state(i % frames)) },
      { name: 'observation.joint_positions', data: Array.from({ length: total }, (_, i) => joints(i)) },
      { name: 'observation.images.front', data: Array.from({ length: total }, (_, i) => picture(i)) },
    ],
    rowGroupSize: total,
  });
  await zip.add('data/chunk-000/file-000.parquet', new Uint8Array(writer.getBuffer()));
  await zip.close();
}

function info(version: string, further: Record<string, { dtype: string; shape: number[] }> = {}) {
  const index = { dtype: 'int64', shape: [1], names: null };
  return {
    codebase_version: version,
    fps: FPS,
    chunks_size: 1000,
    features: {
      episode_index: index,
      frame_index: index,
      index,
      'observation.state': { dtype: 'float32', shape: [STATE.length], names: STATE },
      'observation.images.front': {
        dtype: 'image',
        shape: [4, 4, 3],
        names: ['height', 'width', 'channels'],
      },
      ...further,
    },
  };
}

function indices(episode: number, from: number, frames: number): Column[] {
  const rows = (of: (i: number) => number) => Array.from({ length: frames }, (_, i) => of(i));
  return [
    { name: 'episode_index', kind: 'int64', rows: rows(() => episode) },
    { name: 'frame_index', kind: 'int64', rows: rows((i) => i) },
    { name: 'index', kind: 'int64', rows: rows((i) => from + i) },
  ];
}

const joints = (i: number) => Array.from({ length: JOINTS }, (_, j) => Math.sin(i * (j + 1)));
const state = (i: number) => [i / 1000, Math.sin(i), Math.cos(i), 0, 0, 0, 1, i % 2];

/** Of the states of an episode, as LeRobot keeps them. */
function statistics(frames: number): Record<'min' | 'max' | 'mean', number[]> {
  const rows = Array.from({ length: frames }, (_, i) => state(i));
  const each = (of: (column: number[]) => number) => STATE.map((_, j) => of(rows.map((row) => row[j])));
  return {
    min: each((column) => Math.min(...column)),
    max: each((column) => Math.max(...column)),
    mean: each((column) => column.reduce((sum, value) => sum + value, 0) / frames),
  };
}

function demonstration(length: number): Demonstration {
  const matrix = (size: number) =>
    Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
  return {
    id: 'reach_target',
    task: 'reach_target',
    variation: 0,
    descriptions: ['reach the red target'],
    fps: FPS,
    length,
    gripperPose: Float64Array.from({ length: 7 * length }, (_, i) => Number(i % 7 === 6)),
    gripperOpen: new Float64Array(length).fill(1),
    jointPositions: new Float64Array(JOINTS * length),
    jointVelocities: new Float64Array(JOINTS * length),
    cameras: { front: { width: 4, height: 4, intrinsics: matrix(3), extrinsics: matrix(4) } },
  };
}

function smallPng(): Promise<Uint8Array> {
  return encodePng({ width: 4, height: 4, channels: 3, values: new Uint8Array(48) });
}

/** With a chunk of these bytes between the header and the rest. */
export function padded(png: Uint8Array, bytes: Uint8Array): Uint8Array {
  const header = 33;
  return new Uint8Array(
    Buffer.concat([png.subarray(0, header), pngChunk('paDd', bytes), png.subarray(header)]),
  );
}

/** Bytes that do not compress, the same each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

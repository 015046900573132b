/** LeRobot datasets of version 3.0 in a zip, with their frames as pictures inside the parquet files. */
import type { Archive } from './archive.ts';
import { BundleError } from './bundleError.ts';
import { calibration, checkStates } from './checkDemonstration.ts';
import type { Bundle, Camera, Demonstration } from './demonstration.ts';
import { LerobotFrames, type EpisodeRows } from './lerobotFrames.ts';
import {
  findState,
  parseInfo,
  type Feature,
  type Info,
  type Place,
  type StatePlaces,
} from './lerobotInfo.ts';
import type { OpenOptions } from './openBundle.ts';
import { ParquetSource } from './parquetSource.ts';

const INFO_BYTES = 16 * 2 ** 20;
/** Only for parquet files that the zip compresses; stored ones are read in place. */
const UNPACKED_BYTES = 2 ** 30;
const IMAGES = 'observation.images.';

const INFO = /^(.*\/)?meta\/info\.json$/;

export function isLerobot(paths: string[]): boolean {
  return paths.some((path) => INFO.test(path));
}

interface Episode {
  index: number;
  length: number;
  from: number;
  tasks: string[];
  /** Path of its data file. */
  file: string;
  id: string;
  task: string;
  variation: number;
  descriptions: string[];
}

/** @throws BundleError naming the file that is missing, damaged, or holds what a demonstration must not */
export async function openLerobot(archive: Archive, name: string, options: OpenOptions): Promise<Bundle> {
  const { signal, onProgress } = options;
  const infoPaths = archive.paths().filter((path) => INFO.test(path));
  if (infoPaths.length > 1)
    throw new BundleError(infoPaths[1], `is a second dataset in ${name}: zip one at a time`);
  const infoPath = infoPaths[0];
  const root = infoPath.slice(0, -'meta/info.json'.length);
  const info = parseInfo(infoPath, await archive.read(infoPath, INFO_BYTES, signal));
  const remarks: string[] = [];
  const cameras = imageFeatures(infoPath, info, remarks);
  const places = findState(infoPath, info.features);
  if (!places.jointVelocities)
    remarks.push('There are no joint velocities: keypoints are gripper changes and the last frame only.');

  const open = async (path: string) =>
    ParquetSource.open(await archive.blob(path, UNPACKED_BYTES, signal), path);
  const episodes = await readEpisodes(archive, root, info, open);
  if (!episodes.length) throw new BundleError(infoPath, 'describes no episode: record at least one');

  const demonstrations: Demonstration[] = [];
  const rows = new Map<string, EpisodeRows>();
  for (const file of new Set(episodes.map((episode) => episode.file))) {
    const source = await open(file);
    const own = episodes.filter((episode) => episode.file === file).sort((a, b) => a.from - b.from);
    const table = await readTable(source, places);
    for (const episode of own) {
      signal?.throwIfAborted();
      const start = episode.from - own[0].from;
      demonstrations.push(assemble(file, episode, start, table, places, info, cameras));
      rows.set(episode.id, { source, start, length: episode.length });
      onProgress?.({ done: demonstrations.length, total: episodes.length, what: 'episodes' });
    }
  }
  closeOrOpen(demonstrations, places, remarks);
  if (!places.quaternion && !places.rotationVector)
    remarks.push('No orientation of the gripper was found by name: it is taken as unrotated.');
  const order = new Map(episodes.map(({ id }, i) => [id, i]));
  demonstrations.sort((a, b) => order.get(a.id)! - order.get(b.id)!);
  return { name, format: 'lerobot', demonstrations, frames: new LerobotFrames(rows, IMAGES), remarks };
}

function imageFeatures(infoPath: string, info: Info, remarks: string[]): [string, Feature][] {
  const ofType = (dtype: string) =>
    Object.entries(info.features).filter(
      ([name, feature]) => feature.dtype === dtype && name.startsWith(IMAGES),
    );
  const images = ofType('image');
  const videos = ofType('video').map(([name]) => name);
  if (!images.length)
    throw new BundleError(
      infoPath,
      videos.length
        ? `keeps ${videos.join(', ')} as video, which is not read yet: record or convert the dataset with use_videos=False`
        : `has no picture among its features (${Object.keys(info.features).join(', ')}): record with a camera`,
    );
  if (videos.length) remarks.push(`Left out, since video is not read yet: ${videos.join(', ')}.`);
  return images;
}

async function readEpisodes(
  archive: Archive,
  root: string,
  info: Info,
  open: (path: string) => Promise<ParquetSource>,
): Promise<Episode[]> {
  const folder = `${root}meta/episodes/`;
  const paths = archive.paths().filter((path) => path.startsWith(folder) && path.endsWith('.parquet'));
  if (!paths.length)
    throw new BundleError(`${folder}chunk-000/file-000.parquet`, 'is missing: zip the whole dataset');
  const episodes: Episode[] = [];
  for (const path of paths.sort()) {
    const source = await open(path);
    const needed = [
      'episode_index',
      'length',
      'tasks',
      'data/chunk_index',
      'data/file_index',
      'dataset_from_index',
    ];
    const own = ['id', 'task', 'variation', 'descriptions'].map((key) => `demonstration/${key}`);
    const kept = own.filter((column) => source.columns.has(column));
    const table = await source.read([...needed, ...kept]);
    for (let i = 0; i < source.rows; i++) {
      const whole = (column: string) => wholeNumber(path, column, table[column][i]);
      const text = (column: string) => {
        const value = table[column]?.[i];
        return typeof value === 'string' ? value : undefined;
      };
      const index = whole('episode_index');
      const tasks = texts(table['tasks'][i]);
      const descriptions = texts(table['demonstration/descriptions']?.[i]);
      if (!tasks.length)
        throw new BundleError(path, `gives no task for episode ${index}: say what it does in words`);
      episodes.push({
        index,
        length: whole('length'),
        from: whole('dataset_from_index'),
        tasks,
        file: root + dataPath(info.data_path, whole('data/chunk_index'), whole('data/file_index')),
        id: text('demonstration/id') ?? `episode${index}`,
        task: text('demonstration/task') ?? tasks[0].toLowerCase().replace(/[^a-z0-9]+/g, '_'),
        variation: kept.includes('demonstration/variation') ? whole('demonstration/variation') : 0,
        descriptions: descriptions.length ? descriptions : tasks,
      });
    }
  }
  const seen = new Set<string>();
  for (const { id } of episodes) {
    if (seen.has(id)) throw new BundleError(paths[0], `describes ${id} twice: export the dataset anew`);
    seen.add(id);
  }
  return episodes.sort((a, b) => a.index - b.index);
}

function dataPath(template: string, chunk: number, file: number): string {
  const number = (value: number) => (_: string, width?: string) =>
    String(value).padStart(Number(width ?? 0), '0');
  return template
    .replace(/\{chunk_index(?::0(\d)d)?\}/, number(chunk))
    .replace(/\{file_index(?::0(\d)d)?\}/, number(file));
}

const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.filter((text) => typeof text === 'string')
    : typeof value === 'string'
      ? [value]
      : [];

function wholeNumber(path: string, column: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw new BundleError(path, `has ${String(value)} in column ${column} where a whole number is due`);
}

type Table = Record<string, unknown[]>;

function readTable(source: ParquetSource, places: StatePlaces): Promise<Table> {
  const { position, quaternion, rotationVector, gripper, jointPositions, jointVelocities } = places;
  const vectors = [position, quaternion, rotationVector, gripper].flatMap((place) => place?.feature ?? []);
  const joints = [jointPositions, jointVelocities].flatMap((name) => name ?? []);
  return source.read([...new Set(['episode_index', 'frame_index', ...vectors, ...joints])]);
}

function assemble(
  file: string,
  episode: Episode,
  start: number,
  table: Table,
  places: StatePlaces,
  info: Info,
  cameras: [string, Feature][],
): Demonstration {
  const { id, index, length, task, variation, descriptions } = episode;
  for (let i = 0; i < length; i++) {
    const [own, frame] = ['episode_index', 'frame_index'].map((column) => table[column][start + i]);
    if (Number(own) !== index || Number(frame) !== i)
      throw new BundleError(file, `lacks frame ${i} of episode ${index}: export the dataset anew`);
  }
  const column = (feature: string, at?: number[]) => {
    const width = at?.length ?? info.features[feature].shape[0];
    const out = new Float64Array(length * width);
    for (let i = 0; i < length; i++) {
      const cell = table[feature][start + i];
      const numbers = typeof cell === 'number' || typeof cell === 'boolean' ? [Number(cell)] : cell;
      const vector =
        Array.isArray(numbers) || ArrayBuffer.isView(numbers)
          ? Array.from(numbers as ArrayLike<number>, Number)
          : [];
      if (vector.length !== info.features[feature].shape[0])
        throw new BundleError(
          file,
          `row ${start + i} has ${vector.length} numbers in ${feature}, not ${info.features[feature].shape[0]}`,
        );
      out.set(at ? at.map((j) => vector[j] ?? NaN) : vector, i * width);
    }
    return out;
  };
  const place = ({ feature, at }: Place) => column(feature, at);
  const demo: Demonstration = {
    id,
    task,
    variation,
    descriptions,
    fps: info.fps,
    length,
    gripperPose: poses(length, place(places.position), rotations(length, places, place)),
    gripperOpen: place(places.gripper),
    jointPositions: places.jointPositions ? column(places.jointPositions) : null,
    jointVelocities: places.jointVelocities ? column(places.jointVelocities) : null,
    cameras: Object.fromEntries(
      cameras.map(([name, feature]) => [name.slice(IMAGES.length), camera(feature, index)]),
    ),
  };
  checkStates(file, demo);
  return demo;
}

/** Quaternions x, y, z, w of all frames. */
function rotations(length: number, places: StatePlaces, place: (place: Place) => Float64Array): number[][] {
  const quaternions = places.quaternion && place(places.quaternion);
  const vectors = places.rotationVector && place(places.rotationVector);
  return Array.from({ length }, (_, i) => {
    if (quaternions) return [...quaternions.subarray(4 * i, 4 * i + 4)];
    if (!vectors) return [0, 0, 0, 1];
    const axis = [...vectors.subarray(3 * i, 3 * i + 3)];
    const angle = Math.hypot(...axis);
    const scale = angle > 0 ? Math.sin(angle / 2) / angle : 0.5;
    return [...axis.map((value) => value * scale), Math.cos(angle / 2)];
  });
}

function poses(length: number, positions: Float64Array, quaternions: number[][]): Float64Array {
  const out = new Float64Array(length * 7);
  for (let i = 0; i < length; i++)
    out.set([...positions.subarray(3 * i, 3 * i + 3), ...quaternions[i]], 7 * i);
  return out;
}

interface Calibration {
  intrinsics?: number[] | null;
  extrinsics?: number[] | null;
}

/** Its calibration stands in the feature's info, as writeLerobot puts it there. */
function camera({ shape, names, info }: Feature, episode: number): Camera {
  const channelsFirst = Array.isArray(names) ? /^channels?$/.test(String(names[0])) : shape[0] === 3;
  const [height, width] = channelsFirst ? shape.slice(1) : shape;
  const shared = (info ?? {}) as Calibration & { episodes?: Record<string, Calibration> };
  const { intrinsics, extrinsics } = shared.episodes?.[episode] ?? shared;
  return { width: width ?? 0, height: height ?? 0, ...calibration(intrinsics, extrinsics) };
}

/** Gripper numbers to 1 and 0: above a half when named as openness, else above the middle of what occurs. */
function closeOrOpen(demos: Demonstration[], places: StatePlaces, remarks: string[]): void {
  const [least, most] = demos.reduce(
    (range, { gripperOpen }) =>
      gripperOpen.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], range),
    [Infinity, -Infinity],
  );
  const middle = places.gripperIsOpenness ? 0.5 : (least + most) / 2;
  for (const demo of demos)
    demo.gripperOpen = demo.gripperOpen.map((value) => Number(value > middle || least === most));
  if (!places.gripperIsOpenness)
    remarks.push(
      `The gripper counts as open where ${places.gripper.feature} is above ${middle.toPrecision(3)}.`,
    );
}

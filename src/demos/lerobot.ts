/** LeRobot datasets of versions 2.1 and 3.0, their frames as pictures inside the parquet files or as mp4 video. */
import { BundleError } from './bundleError.ts';
import { cameraPoses } from './cameraPoses.ts';
import { calibration, checkStates } from './checkDemonstration.ts';
import type { Bundle, Camera, Demonstration } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import { readEpisodes, type Episode } from './lerobotEpisodes.ts';
import { LerobotFrames, type EpisodeRows } from './lerobotFrames.ts';
import { cameraFeatures, parseInfo, stateFeatures, type Feature, type Info } from './lerobotInfo.ts';
import {
  columnsRemark,
  mappedFeatures,
  mappedState,
  openOrClosed,
  stateRemarks,
  type StateColumn,
} from './mappedState.ts';
import type { OpenOptions } from './openBundle.ts';
import { ParquetSource } from './parquetSource.ts';
import { chooseMapping, offeredMapping, type MappingOffer } from './stateMapping.ts';
import { VideoFrames } from './videoFrames.ts';

const INFO_BYTES = 16 * 2 ** 20;
/** Only for files that a zip compresses; stored ones are read in place. */
const UNPACKED_BYTES = 2 ** 30;
const PREVIEW_ROWS = 5;

const INFO = /^(.*\/)?meta\/info\.json$/;

export function isLerobot(paths: string[]): boolean {
  return paths.some((path) => INFO.test(path));
}

/**
 * @throws BundleError naming the file that is missing, damaged, or holds what a demonstration must not; MappingNeeded
 * when its features' names do not tell position and gripper
 */
export async function openLerobot(tree: FileTree, name: string, options: OpenOptions): Promise<Bundle> {
  const { signal, onProgress } = options;
  const infoPaths = tree.paths().filter((path) => INFO.test(path));
  if (infoPaths.length > 1)
    throw new BundleError(infoPaths[1], `is a second dataset in ${name}: open one at a time`);
  const infoPath = infoPaths[0];
  const root = infoPath.slice(0, -'meta/info.json'.length);
  const info = parseInfo(infoPath, await tree.read(infoPath, INFO_BYTES, signal));
  const remarks: string[] = [];
  const cameras = cameraFeatures(info.features);
  if (!cameras.size)
    throw new BundleError(
      infoPath,
      `has no picture among its features (${Object.keys(info.features).join(', ')}): record with a camera`,
    );
  const videos = [...cameras.values()].filter((feature) => info.features[feature].dtype === 'video');

  const open = async (path: string) =>
    ParquetSource.open(await tree.blob(path, UNPACKED_BYTES, signal), path);
  const episodes = await readEpisodes({ tree, root, info, videos }, open, signal);
  if (!episodes.length) throw new BundleError(infoPath, 'describes no episode: record at least one');
  const offer = await mappingOffer(info, await open(episodes[0].file));
  const mapping = chooseMapping(infoPath, offer, options.mapping);

  const features = [...new Set([...mappedFeatures(mapping), ...poseFeatures(info, cameras)])];
  const demonstrations: Demonstration[] = [];
  const rows = new Map<string, EpisodeRows>();
  for (const file of new Set(episodes.map((episode) => episode.file))) {
    const source = await open(file);
    const own = episodes.filter((episode) => episode.file === file);
    const table = await source.read([...new Set(['episode_index', 'frame_index', 'index', ...features])]);
    const first = Number(table.index[0]);
    for (const episode of own) {
      signal?.throwIfAborted();
      const start = episode.from === null ? 0 : episode.from - first;
      const columns = checkedColumns(file, episode, start, table, info, features);
      const demo: Demonstration = {
        ...described(episode, info, cameras, columns),
        ...mappedState(columns, episode.length, info.fps, mapping),
      };
      checkStates(file, demo);
      demonstrations.push(demo);
      rows.set(episode.id, { source, start, length: episode.length });
      onProgress?.({ done: demonstrations.length, total: episodes.length, what: 'episodes' });
    }
  }
  if (!episodes.every(({ ours }) => ours)) remarks.push(columnsRemark(mapping, offer));
  stateRemarks(demonstrations, mapping, remarks);
  openOrClosed(demonstrations, mapping, remarks);
  const order = new Map(episodes.map(({ id }, i) => [id, i]));
  demonstrations.sort((a, b) => order.get(a.id)! - order.get(b.id)!);

  const pictures = new LerobotFrames(rows, cameras);
  const video = new VideoFrames((path) => tree.blob(path, UNPACKED_BYTES));
  const clips = new Map(episodes.map((episode) => [episode.id, episode]));
  const frames: Bundle['frames'] = {
    read(id, camera, frame) {
      const clip = clips.get(id)?.videos[cameras.get(camera) ?? ''];
      if (!clip) return pictures.read(id, camera, frame);
      return video.read(clip.path, clip.start + frame / info.fps, 1 / info.fps);
    },
  };
  for (const episode of episodes)
    for (const { path } of Object.values(episode.videos))
      if (!tree.has(path)) throw new BundleError(path, 'is missing: take the whole dataset');
  if (videos.length && !VideoFrames.supported())
    remarks.push(`Frames of ${videos.join(', ')} are video: only the page can decode them, in a browser.`);
  return {
    name,
    format: 'lerobot',
    demonstrations,
    frames,
    remarks,
    mapping: { ...offer, mapping, guess: null },
  };
}

async function mappingOffer(info: Info, source: ParquetSource): Promise<MappingOffer> {
  const features = stateFeatures(info.features).filter(({ name }) => source.columns.has(name));
  const names = features.map(({ name }) => name);
  const preview = names.length ? await source.read(names, 0, Math.min(PREVIEW_ROWS, source.rows)) : {};
  return {
    features,
    rows: Object.fromEntries(names.map((name) => [name, preview[name].map(numbersOf)])),
    ...offeredMapping(features),
    frame:
      'LeRobot does not say in which unit and frame positions are: they are taken in the unit named here, in the world frame.',
  };
}

/** @throws BundleError when a row is of another episode or frame, or a vector of another width */
function checkedColumns(
  file: string,
  { index, length }: Episode,
  start: number,
  table: Record<string, unknown[]>,
  info: Info,
  features: string[],
): Record<string, StateColumn> {
  for (let i = 0; i < length; i++) {
    const [own, frame] = ['episode_index', 'frame_index'].map((column) => table[column][start + i]);
    if (Number(own) !== index || Number(frame) !== i)
      throw new BundleError(file, `lacks frame ${i} of episode ${index}: export the dataset anew`);
  }
  const column = (feature: string): StateColumn => {
    const width = info.features[feature].shape[0];
    const values = new Float64Array(length * width);
    for (let i = 0; i < length; i++) {
      const vector = numbersOf(table[feature][start + i]);
      if (vector.length !== width)
        throw new BundleError(
          file,
          `row ${start + i} has ${vector.length} numbers in ${feature}, not ${width}: export the dataset anew`,
        );
      values.set(vector, i * width);
    }
    return { width, values };
  };
  return Object.fromEntries(features.map((feature) => [feature, column(feature)]));
}

function numbersOf(cell: unknown): number[] {
  if (typeof cell === 'number' || typeof cell === 'boolean' || typeof cell === 'bigint')
    return [Number(cell)];
  const number = (value: unknown) => (value === null ? NaN : Number(value));
  return Array.isArray(cell) || ArrayBuffer.isView(cell)
    ? Array.from(cell as ArrayLike<unknown>, number)
    : [];
}

function described(
  { id, task, variation, descriptions, index, length }: Episode,
  info: Info,
  cameras: Map<string, string>,
  columns: Record<string, StateColumn>,
): Pick<Demonstration, 'id' | 'task' | 'variation' | 'descriptions' | 'fps' | 'length' | 'cameras'> {
  const views = [...cameras].map(([name, feature]) => [
    name,
    camera(info.features[feature], index, length, columns),
  ]);
  return {
    id,
    task,
    variation,
    descriptions,
    fps: info.fps,
    length,
    cameras: Object.fromEntries(views) as Record<string, Camera>,
  };
}

interface Calibration {
  intrinsics?: number[] | null;
  /** Of a camera that moves the feature that holds them for every frame. */
  extrinsics?: number[] | string | null;
}

interface CameraInfo extends Calibration {
  /** Of episodes that differ from the first. */
  episodes?: Record<string, Calibration>;
}

/** Features that hold the poses of cameras that move. */
function poseFeatures({ features }: Info, cameras: Map<string, string>): string[] {
  return [...cameras.values()].flatMap((camera) => {
    const { extrinsics } = (features[camera].info ?? {}) as CameraInfo;
    if (typeof extrinsics !== 'string' || !Object.hasOwn(features, extrinsics)) return [];
    return features[extrinsics].shape.join() === '16' ? [extrinsics] : [];
  });
}

/** Its calibration stands in the feature's info, as writeLerobot puts it there. */
function camera(
  { shape, names, info }: Feature,
  episode: number,
  length: number,
  columns: Record<string, StateColumn>,
): Camera {
  const channelsFirst = Array.isArray(names) ? /^channels?$/.test(String(names[0])) : shape[0] === 3;
  const [height, width] = channelsFirst ? shape.slice(1) : shape;
  const shared = (info ?? {}) as CameraInfo;
  const { intrinsics, extrinsics } = shared.episodes?.[episode] ?? shared;
  const poses = typeof extrinsics === 'string' ? posesIn(columns, extrinsics, length) : extrinsics;
  return { width: width ?? 0, height: height ?? 0, ...calibration(intrinsics, poses, length) };
}

function posesIn(columns: Record<string, StateColumn>, feature: string, length: number): number[] | null {
  const values = Object.hasOwn(columns, feature) ? columns[feature].values : null;
  return values && cameraPoses(Array.from({ length }, (_, i) => values.subarray(16 * i, 16 * i + 16)));
}

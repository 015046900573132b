/** LeRobot datasets of versions 2.1 and 3.0, their frames as pictures inside the parquet files or as mp4 video. */
import { BundleError } from './bundleError.ts';
import { calibration, checkStates } from './checkDemonstration.ts';
import type { Bundle, Camera, Demonstration } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import { readEpisodes, type Episode } from './lerobotEpisodes.ts';
import { LerobotFrames, type EpisodeRows } from './lerobotFrames.ts';
import { parseInfo, stateFeatures, type Feature, type Info } from './lerobotInfo.ts';
import {
  mappedFeatures,
  mappedState,
  numbersOfFrame,
  openOrClosed,
  stateRemarks,
  type StateColumns,
} from './mappedState.ts';
import type { OpenOptions } from './openBundle.ts';
import { ParquetFiles } from './parquetFiles.ts';
import type { ParquetSource } from './parquetSource.ts';
import { StateBudget } from './stateBudget.ts';
import { chooseMapping, proposeMapping, type MappingOffer, type StateMapping } from './stateMapping.ts';
import { VideoFrames } from './videoFrames.ts';

const INFO_BYTES = 16 * 2 ** 20;
const IMAGES = 'observation.images.';
const PREVIEW_ROWS = 5;
/** Of a data file; an episode is never parted. */
const ROWS_AT_ONCE = 100_000;

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
  const cameras = cameraFeatures(infoPath, info);
  const videos = cameras.flatMap(([feature, { dtype }]) => (dtype === 'video' ? [feature] : []));

  const files = new ParquetFiles(tree);
  const open = (path: string) => files.open(path, signal);
  const episodes = await readEpisodes({ tree, root, info, videos }, open, signal);
  if (!episodes.length) throw new BundleError(infoPath, 'describes no episode: record at least one');
  const offer = await mappingOffer(info, await open(episodes[0].file));
  const mapping = chooseMapping(infoPath, offer, options.mapping);

  const demonstrations: Demonstration[] = [];
  const rows = new Map<string, EpisodeRows>();
  const budget = new StateBudget(name);
  for (const { length } of episodes) budget.spend(length, numbersOfFrame(mapping));
  for (const [file, own] of byFile(episodes)) {
    const source = await open(file);
    for await (const { episode, start, columns } of statesOf(source, own, info, mapping)) {
      signal?.throwIfAborted();
      const demo: Demonstration = {
        ...described(episode, info, cameras),
        ...mappedState(columns, episode.length, info.fps, mapping),
      };
      checkStates(file, demo);
      demonstrations.push(demo);
      rows.set(episode.id, { file, start, length: episode.length });
      onProgress?.({ done: demonstrations.length, total: episodes.length, what: 'episodes' });
    }
  }
  stateRemarks(demonstrations, mapping, remarks);
  openOrClosed(demonstrations, mapping, remarks);
  const order = new Map(episodes.map(({ id }, i) => [id, i]));
  demonstrations.sort((a, b) => order.get(a.id)! - order.get(b.id)!);

  const pictures = new LerobotFrames(rows, IMAGES, files);
  const video = new VideoFrames((path) => tree.blob(path));
  const clips = new Map(episodes.map((episode) => [episode.id, episode]));
  const views = new Map(cameras.map(([key, feature]) => [key.slice(IMAGES.length), camera(feature, 0)]));
  const frames: Bundle['frames'] = {
    read(id, camera, frame) {
      const { videos: films, length = 0 } = clips.get(id) ?? {};
      const film = films?.[IMAGES + camera];
      // Which also refuses what no episode has.
      if (!film || !(frame >= 0 && frame < length)) return pictures.read(id, camera, frame);
      const { width, height } = views.get(camera)!;
      return video.read(film.path, film.start + frame / info.fps, { duration: 1 / info.fps, width, height });
    },
  };
  for (const episode of episodes)
    for (const { path } of Object.values(episode.videos))
      if (!tree.has(path)) throw new BundleError(path, 'is missing: take the whole dataset');
  if (videos.length && !VideoFrames.supported())
    remarks.push(`Frames of ${videos.join(', ')} are video: only the page can decode them, in a browser.`);
  return { name, format: 'lerobot', demonstrations, frames, remarks, mapping: { ...offer, mapping } };
}

function cameraFeatures(infoPath: string, info: Info): [string, Feature][] {
  const cameras = Object.entries(info.features).filter(
    ([name, { dtype }]) => (dtype === 'image' || dtype === 'video') && name.startsWith(IMAGES),
  );
  if (cameras.length) return cameras;
  throw new BundleError(
    infoPath,
    `has no picture among its features (${Object.keys(info.features).join(', ')}): record with a camera`,
  );
}

async function mappingOffer(info: Info, source: ParquetSource): Promise<MappingOffer> {
  const features = stateFeatures(info.features).filter(({ name }) => source.columns.has(name));
  const names = features.map(({ name }) => name);
  const preview = names.length ? await source.read(names, 0, Math.min(PREVIEW_ROWS, source.rows)) : {};
  return {
    features,
    rows: Object.fromEntries(names.map((name) => [name, preview[name].map(numbersOf)])),
    mapping: proposeMapping(features),
    frame:
      'LeRobot does not say in which unit and frame positions are: they are taken in the world frame, in the unit chosen here.',
  };
}

function byFile(episodes: Episode[]): Map<string, Episode[]> {
  const found = new Map<string, Episode[]>();
  for (const episode of episodes) {
    if (!found.has(episode.file)) found.set(episode.file, []);
    found.get(episode.file)!.push(episode);
  }
  return found;
}

/**
 * The episodes of a file, their columns read for a run of rows together.
 * @throws BundleError when a row is of another episode or frame, or a vector of another width
 */
async function* statesOf(
  source: ParquetSource,
  episodes: Episode[],
  info: Info,
  mapping: StateMapping,
): AsyncGenerator<{ episode: Episode; start: number; columns: StateColumns }> {
  const [first = NaN] = await source.numbers('index', 1, 0, Math.min(1, source.rows));
  const startOf = ({ from }: Episode) => (from === null ? 0 : from - first);
  const waiting = episodes.toSorted((a, b) => startOf(a) - startOf(b));
  while (waiting.length) {
    const from = startOf(waiting[0]);
    const next = waiting.findIndex((episode) => startOf(episode) + episode.length > from + ROWS_AT_ONCE);
    const own = waiting.splice(0, next < 0 ? waiting.length : Math.max(1, next));
    const to = Math.max(...own.map((episode) => startOf(episode) + episode.length));
    const until = Math.min(to, source.rows);
    if (!(from >= 0 && from < until)) throw lacking(source.path, own[0], 0);
    const numbers = (column: string, width?: number) => source.numbers(column, width, from, until);
    const [indices, frames] = [await numbers('episode_index'), await numbers('frame_index')];
    const table: StateColumns = {};
    for (const feature of mappedFeatures(mapping)) {
      const width = info.features[feature].shape[0];
      table[feature] = { width, values: await numbers(feature, width) };
    }
    for (const episode of own) {
      const start = startOf(episode) - from;
      for (let i = 0; i < episode.length; i++)
        if (indices[start + i] !== episode.index || frames[start + i] !== i)
          throw lacking(source.path, episode, i);
      const columns = Object.entries(table).map(([feature, { width, values }]) => [
        feature,
        { width, values: values.subarray(start * width, (start + episode.length) * width) },
      ]);
      yield { episode, start: from + start, columns: Object.fromEntries(columns) as StateColumns };
    }
  }
}

const lacking = (file: string, { index }: Episode, frame: number) =>
  new BundleError(file, `lacks frame ${frame} of episode ${index}: export the dataset anew`);

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
  cameras: [string, Feature][],
): Pick<Demonstration, 'id' | 'task' | 'variation' | 'descriptions' | 'fps' | 'length' | 'cameras'> {
  const views = cameras.map(([name, feature]) => [name.slice(IMAGES.length), camera(feature, index)]);
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

/** LeRobot datasets of versions 2.1 and 3.0, their frames as pictures inside the parquet files or as mp4 video. */
import { BundleError } from './bundleError.ts';
import { cameraPoses } from './cameraPoses.ts';
import { calibration, checkStates } from './checkDemonstration.ts';
import { checksumsOf, jumpRemarks } from './damageRemarks.ts';
import type { Bundle, Camera, Demonstration } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import { TaskNames, checkIndex, checkRows, countRemarks, videoRemarks } from './lerobotChecks.ts';
import { readEpisodes, readLines, readTasks, type Episode } from './lerobotEpisodes.ts';
import { OWN_ROBOT } from './lerobotColumns.ts';
import { LerobotFrames, type EpisodeRows } from './lerobotFrames.ts';
import { pictureFormats, sizeOf, sizeRemarks } from './lerobotPictures.ts';
import { cameraFeatures, parseInfo, stateFeatures, type Feature, type Info } from './lerobotInfo.ts';
import { byFile, statesOf } from './lerobotRows.ts';
import { StatisticsCheck, statisticsOfLines, statisticsOfTables } from './lerobotStats.ts';
import {
  columnsRemark,
  mappedFeatures,
  mappedScene,
  mappedState,
  numbersOfFrame,
  openOrClosed,
  stateRemarks,
  type StateColumns,
} from './mappedState.ts';
import type { OpenOptions } from './openBundle.ts';
import { ParquetFiles } from './parquetFiles.ts';
import type { ParquetSource } from './parquetSource.ts';
import { readScene, robotName, type Scene } from './scene.ts';
import { StateBudget } from './stateBudget.ts';
import { chooseMapping, offeredMapping, type MappingOffer } from './stateMapping.ts';
import { VideoFrames } from './videoFrames.ts';

const INFO_BYTES = 16 * 2 ** 20;
const POSE_NUMBERS = 16;
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

  const files = new ParquetFiles(tree);
  const open = (path: string) => files.open(path, signal);
  const episodes = await readEpisodes({ tree, root, info, videos }, open, signal);
  if (!episodes.length) throw new BundleError(infoPath, 'describes no episode: record at least one');
  const offer = await mappingOffer(info, await open(episodes[0].file));
  const mapping = chooseMapping(infoPath, offer, options.mapping);

  const poses = poseFeatures(info, cameras);
  const features = [...new Set([...mappedFeatures(mapping), ...poses])];
  const tasks = await readTasks({ tree, root, info }, open, signal);
  const names = new TaskNames(tasks);
  const statistics = new StatisticsCheck(await readStatistics(tree, root, info, open, features, signal));
  const foreign = mappedScene(
    { robot: robotName(info.robot_type), frame: null, table: null },
    mapping,
    offer.features,
  );
  const own = ownScene(info) ?? (isOwnRobot(info) ? null : foreign);
  const demonstrations: Demonstration[] = [];
  const rows = new Map<string, EpisodeRows>();
  const budget = new StateBudget(name);
  for (const { length } of episodes)
    budget.spend(length, numbersOfFrame(mapping) + POSE_NUMBERS * poses.length);
  for (const [file, inFile] of byFile(episodes)) {
    const source = await open(file);
    await checkIndex(source);
    for await (const { episode, columns, rows: checked } of statesOf(source, inFile, info, features)) {
      signal?.throwIfAborted();
      checkRows(file, episode, checked, info.fps);
      names.add(episode, checked.task_index);
      statistics.add(file, episode.index, columns);
      const scene = episode.ours ? own : foreign;
      const demo: Demonstration = {
        ...described(episode, info, cameras, columns),
        ...mappedState(columns, episode.length, info.fps, mapping),
        ...(scene && { scene }),
      };
      checkStates(file, demo);
      demonstrations.push(demo);
      rows.set(episode.id, { file, start: checked.start, length: episode.length });
      onProgress?.({ done: demonstrations.length, total: episodes.length, what: 'episodes' });
    }
  }
  if (own === foreign || !episodes.every(({ ours }) => ours)) remarks.push(columnsRemark(mapping, offer));
  remarks.push(...countRemarks(info, episodes, tasks), ...names.remarks());
  remarks.push(...videoRemarks(info), ...statistics.remarks());
  if (!tree.checked) remarks.push(...jumpRemarks(demonstrations));
  stateRemarks(demonstrations, mapping, remarks);
  openOrClosed(demonstrations, mapping, remarks);
  const order = new Map(episodes.map(({ id }, i) => [id, i]));
  demonstrations.sort((a, b) => order.get(a.id)! - order.get(b.id)!);

  const pictures = new LerobotFrames(rows, cameras, files);
  const video = new VideoFrames((path) => tree.blob(path));
  const clips = new Map(episodes.map((episode) => [episode.id, episode]));
  const frames: Bundle['frames'] = {
    read(id, camera, frame) {
      const { videos: films, length = 0 } = clips.get(id) ?? {};
      const feature = cameras.get(camera);
      const film = feature === undefined ? undefined : films?.[feature];
      // Which also refuses what no episode has.
      if (!feature || !film || !(frame >= 0 && frame < length)) return pictures.read(id, camera, frame);
      const view = { duration: 1 / info.fps, ...sizeOf(info.features[feature]) };
      return video.read(film.path, film.start + frame / info.fps, view);
    },
  };
  for (const episode of episodes)
    for (const { path } of Object.values(episode.videos))
      if (!tree.has(path)) throw new BundleError(path, 'is missing: take the whole dataset');
  remarks.push(...(await sizeRemarks(demonstrations[0], pictures, info, cameras)));
  if (!tree.checked) {
    const formats = await pictureFormats(demonstrations[0], pictures, info, cameras);
    const bare = formats.filter((format) => format !== 'PNG');
    remarks.push(
      checksumsOf(formats.includes('PNG') ? ['pictures (PNG)'] : [], [
        ...uncompared(statistics, tasks),
        ...(bare.length ? [`pictures (${bare.join(', ')})`] : []),
      ]),
    );
  }
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

/** Whether writeLerobot's name for the robot of RLBench's world is given, or none. */
function isOwnRobot({ robot_type }: Info): boolean {
  const name = robotName(robot_type);
  return name === null || name === OWN_ROBOT;
}

/** As writeLerobot left it: none of RLBench's world. */
function ownScene({ features }: Info): Scene | null {
  const { scene } = (features['observation.state']?.info ?? {}) as { scene?: unknown };
  return readScene(scene);
}

async function readStatistics(
  tree: FileTree,
  root: string,
  info: Info,
  open: (path: string) => Promise<ParquetSource>,
  features: string[],
  signal?: AbortSignal,
) {
  if (info.version === '3.0') return statisticsOfTables({ tree, root }, open, features);
  const path = `${root}meta/episodes_stats.jsonl`;
  return statisticsOfLines(tree.has(path) ? await readLines(tree, path, signal) : []);
}

function uncompared(statistics: StatisticsCheck, tasks: Map<number, string> | null): string[] {
  return [
    ...(statistics.any ? [] : ['numbers of the state, for want of statistics,']),
    ...(tasks ? [] : ['sentences']),
    'the calibration',
  ];
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
      'LeRobot does not say in which unit and frame positions are: they are taken in the unit named here, in a frame of their own.',
  };
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
  columns: StateColumns,
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
    return features[extrinsics].shape.join() === String(POSE_NUMBERS) ? [extrinsics] : [];
  });
}

/** Its calibration stands in the feature's info, as writeLerobot puts it there. */
function camera(feature: Feature, episode: number, length: number, columns: StateColumns): Camera {
  const shared = (feature.info ?? {}) as CameraInfo;
  const { intrinsics, extrinsics } = shared.episodes?.[episode] ?? shared;
  const poses = typeof extrinsics === 'string' ? posesIn(columns, extrinsics, length) : extrinsics;
  return { ...sizeOf(feature), ...calibration(intrinsics, poses, length) };
}

function posesIn(columns: StateColumns, feature: string, length: number): number[] | null {
  const values = Object.hasOwn(columns, feature) ? columns[feature].values : null;
  return (
    values &&
    cameraPoses(Array.from({ length }, (_, i) => values.subarray(POSE_NUMBERS * i, POSE_NUMBERS * (i + 1))))
  );
}

/** RLBench's folders in a zip: variationN/episodes, and all_variations/episodes of PerAct's fork. */
import { BundleError } from './bundleError.ts';
import { cameraPoses } from './cameraPoses.ts';
import { calibration, checkStates, encodedImage, pngSize } from './checkDemonstration.ts';
import { checksumsOf, jumpRemarks } from './damageRemarks.ts';
import { commonFolder } from './commonFolder.ts';
import type { Bundle, Camera, Demonstration, FrameStore, LayerName } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import type { OpenOptions } from './openBundle.ts';
import { decodePng } from './png.ts';
import { differences, VELOCITIES } from './mappedState.ts';
import { checkObservations } from './rlbenchChecks.ts';
import { depthMetres, maskHandles } from './rlbenchLayers.ts';
import { readPickle } from './pickle.ts';
import { StateBudget } from './stateBudget.ts';
import { PickleError, PickledArray, PickledObject, type PickleValue } from './pickleGlobals.ts';

const PICKLE_BYTES = 64 * 2 ** 20;
const PICTURE_BYTES = 32 * 2 ** 20;
/** RLBench steps its simulator by 50 ms. */
const FPS = 20;
/** Open amount above which RLBench itself calls the gripper open. */
const OPEN_ABOVE = 0.9;

interface DepthRange {
  near: number;
  far: number;
}

/** Where an episode lies: folder with a final slash. */
interface EpisodeFolder {
  id: string;
  folder: string;
  /** The folder of variation_descriptions.pkl: the variation's, or in the fork the episode's own. */
  descriptionsFolder: string;
  task: string;
  variation: number | null;
}

const EPISODE =
  /^(?<task>.*?)(?<variation>variation(\d+)|all_variations)\/episodes\/episode(?<episode>\d+)\//;

export function isRlbench(paths: string[]): boolean {
  return paths.some((path) => EPISODE.test(path));
}

/** @throws BundleError naming the file that is missing, damaged, or holds what a demonstration must not */
export async function openRlbench(
  tree: FileTree,
  name: string,
  { signal, onProgress }: OpenOptions,
): Promise<Bundle> {
  const paths = tree.paths();
  const folders = episodeFolders(paths, name);
  const pictures = pictureFolders(paths);
  const demonstrations: Demonstration[] = [];
  const remarks = new Set<string>();
  const byId = new Map<string, string>();
  const ranges = new Map<string, DepthRange>();
  const budget = new StateBudget(name);
  const uncompared = new Set<string>();
  for (const [done, folder] of folders.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ done, total: folders.length, what: 'episodes' });
    const cameras = pictures.get(folder.folder) ?? new Map<string, Set<number>>();
    const demo = await readEpisode(tree, folder, cameras, ranges, uncompared, remarks, signal);
    budget.add(demo);
    demonstrations.push(demo);
    byId.set(folder.id, folder.folder);
  }
  onProgress?.({ done: folders.length, total: folders.length, what: 'episodes' });
  uncalibrated(demonstrations, remarks);
  if (!tree.checked)
    for (const remark of [...jumpRemarks(demonstrations), checksumsOf(['pictures (PNG)'], [...uncompared])])
      remarks.add(remark);
  const frames: FrameStore = {
    async read(id, camera, frame) {
      const path = `${byId.get(id) ?? `${id}/`}${camera}_rgb/${frame}.png`;
      return encodedImage(path, await tree.read(path, PICTURE_BYTES));
    },
    async readLayer(id, camera, frame, layer) {
      const path = `${byId.get(id) ?? `${id}/`}${camera}_${layer}/${frame}.png`;
      const pixels = await decodePng(path, await tree.read(path, PICTURE_BYTES));
      const range = ranges.get(`${id}\n${camera}`);
      if (layer === 'mask') return maskHandles(path, pixels);
      if (!range)
        throw new BundleError(path, `cannot be read as metres: misc names no near and far of ${camera}`);
      return depthMetres(path, pixels, range);
    },
  };
  return { name, format: 'rlbench', demonstrations, frames, remarks: [...remarks] };
}

function episodeFolders(paths: string[], name: string): EpisodeFolder[] {
  const found = new Map<string, RegExpExecArray>();
  for (const path of paths) {
    const match = EPISODE.exec(path);
    if (match) found.set(match[0], match);
  }
  const parents = new Set([...found.values()].map(({ groups }) => parentOf(groups!.task)));
  const shared = commonFolder([...parents]);
  const folders = [...found].map(([folder, { groups }]) => {
    const { variation, episode } = groups!;
    const whole = groups!.task.replace(/\/$/, '') || name.replace(/\.zip$/i, '');
    const task = whole.slice(whole.lastIndexOf('/') + 1);
    return {
      id: `${parents.size > 1 ? whole.slice(shared.length) : task}/${variation}/episode${episode}`,
      folder,
      descriptionsFolder:
        variation === 'all_variations' ? folder : folder.replace(/episodes\/episode\d+\/$/, ''),
      task,
      variation: variation === 'all_variations' ? null : Number(variation.slice('variation'.length)),
    };
  });
  const key = ({ folder }: EpisodeFolder) => folder.replace(/\d+/g, (digits) => digits.padStart(8, '0'));
  return folders.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const parentOf = (task: string) => task.replace(/[^/]*\/?$/, '');

/** Frame numbers of every camera of every episode folder. */
function pictureFolders(paths: string[]): Map<string, Map<string, Set<number>>> {
  const found = new Map<string, Map<string, Set<number>>>();
  for (const path of paths) {
    const match = /^(.*\/episode\d+\/)(\w+)_rgb\/(\d+)\.png$/.exec(path);
    if (!match) continue;
    const [, folder, camera, frame] = match;
    if (!found.has(folder)) found.set(folder, new Map());
    const cameras = found.get(folder)!;
    if (!cameras.has(camera)) cameras.set(camera, new Set());
    cameras.get(camera)!.add(Number(frame));
  }
  return found;
}

async function readEpisode(
  tree: FileTree,
  { id, folder, descriptionsFolder, task, variation }: EpisodeFolder,
  pictures: Map<string, Set<number>>,
  ranges: Map<string, DepthRange>,
  uncompared: Set<string>,
  remarks: Set<string>,
  signal?: AbortSignal,
): Promise<Demonstration> {
  const file = `${folder}low_dim_obs.pkl`;
  const top = await readPickleFile(tree, file, signal);
  const list = top instanceof PickledObject ? top.attributes.get('_observations') : top;
  if (!Array.isArray(list))
    throw new BundleError(file, 'is no rlbench.demo.Demo: save what RLBench recorded');
  const observations = list.map((value, i) => {
    if (value instanceof PickledObject) return value.attributes;
    throw new BundleError(file, `frame ${i} is no observation: save what RLBench recorded`);
  });
  const length = observations.length;
  if (!length) throw new BundleError(file, 'holds no frame: record the demonstration anew');

  const numberFile = `${folder}variation_number.pkl`;
  const number = tree.has(numberFile)
    ? variationNumber(numberFile, await readPickleFile(tree, numberFile, signal))
    : null;
  const joints = (key: string) =>
    observations.every((o) => o.get(key) instanceof PickledArray)
      ? vectors(file, observations, key, (observations[0].get(key) as PickledArray).values?.length ?? 0)
      : null;
  const jointPositions = joints('joint_positions');
  const velocities = joints('joint_velocities');
  const demo: Demonstration = {
    id,
    task,
    variation: variation ?? number ?? 0,
    descriptions: await readDescriptions(
      tree,
      `${descriptionsFolder}variation_descriptions.pkl`,
      task,
      remarks,
      signal,
    ),
    fps: FPS,
    length,
    gripperPose: vectors(file, observations, 'gripper_pose', 7),
    gripperOpen: vectors(file, observations, 'gripper_open', 1).map((open) => (open > OPEN_ABOVE ? 1 : 0)),
    jointPositions,
    jointVelocities: velocities ?? (jointPositions && differences(jointPositions, length, FPS)),
    cameras: {},
  };
  const instead = demo.jointVelocities ? 'derived' : 'none';
  if (!velocities) remarks.add(`Some episodes hold no joint velocities: ${VELOCITIES[instead]}`);
  checkStates(file, demo);
  const own = { file: number === null ? folder : numberFile, variation: variation ?? number };
  for (const what of checkObservations(file, observations, demo, own)) uncompared.add(what);
  if (!pictures.size)
    throw new BundleError(
      folder,
      'has no pictures (front_rgb/0.png ...): record with images and zip the whole folder',
    );
  // By name: files come in any order, and a question may show the first camera there is.
  for (const [camera, frames] of [...pictures].sort(([a], [b]) => (a < b ? -1 : 1))) {
    demo.cameras[camera] = await readCamera(tree, folder, camera, frames, observations, signal);
    const range = depthRange(camera, observations[0]);
    if (range) ranges.set(`${id}\n${camera}`, range);
  }
  return demo;
}

function variationNumber(path: string, value: PickleValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new BundleError(path, 'is no variation number: save what RLBench wrote');
}

async function readPickleFile(tree: FileTree, path: string, signal?: AbortSignal): Promise<PickleValue> {
  const bytes = await tree.read(path, PICKLE_BYTES, signal);
  try {
    return readPickle(bytes);
  } catch (error) {
    if (error instanceof PickleError)
      throw new BundleError(path, `${error.message}; take it out or record it anew`);
    throw error;
  }
}

async function readDescriptions(
  tree: FileTree,
  path: string,
  task: string,
  remarks: Set<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  if (tree.has(path)) {
    const list = await readPickleFile(tree, path, signal);
    if (Array.isArray(list) && list.length && list.every((text) => typeof text === 'string')) return list;
    throw new BundleError(path, 'is no list of sentences: save what RLBench wrote');
  }
  remarks.add(`${task} has no variation_descriptions.pkl: the task's name stands for its description.`);
  return [task.replaceAll('_', ' ')];
}

/** One attribute of all observations, row-major. */
function vectors(
  file: string,
  observations: Map<PickleValue, PickleValue>[],
  key: string,
  width: number,
): Float64Array {
  const out = new Float64Array(observations.length * width);
  for (const [i, observation] of observations.entries()) {
    const value = observation.get(key);
    const numbers = value instanceof PickledArray ? value.values : typeof value === 'number' ? [value] : null;
    if (numbers?.length !== width) {
      const found =
        value instanceof PickledArray ? value.shape.join('x') || '1' : value === undefined ? 'none' : 'other';
      throw new BundleError(
        file,
        `frame ${i} has ${key} of shape ${found}, not ${width}: record the demonstration anew`,
      );
    }
    out.set(numbers, i * width);
  }
  return out;
}

async function readCamera(
  tree: FileTree,
  folder: string,
  camera: string,
  frames: Set<number>,
  observations: Map<PickleValue, PickleValue>[],
  signal?: AbortSignal,
): Promise<Camera> {
  const missing = observations.findIndex((_, frame) => !frames.has(frame));
  if (missing >= 0)
    throw new BundleError(
      `${folder}${camera}_rgb/${missing}.png`,
      `is missing, though low_dim_obs.pkl has ${observations.length} frames: zip the whole folder anew`,
    );
  const first = `${folder}${camera}_rgb/0.png`;
  const size = pngSize(encodedImage(first, await tree.read(first, PICTURE_BYTES, signal)));
  if (!size) throw new BundleError(first, 'is no PNG picture: export the frames as RLBench does');
  const misc = (observation: Map<PickleValue, PickleValue>, key: string) => {
    const values = observation.get('misc');
    const value = values instanceof Map ? values.get(`${camera}_camera_${key}`) : null;
    return value instanceof PickledArray ? value.values : null;
  };
  const poses = cameraPoses(observations.map((observation) => misc(observation, 'extrinsics')));
  const layers = (['depth', 'mask'] satisfies LayerName[]).filter((layer) =>
    tree.has(`${folder}${camera}_${layer}/0.png`),
  );
  return {
    ...size,
    ...calibration(misc(observations[0], 'intrinsics'), poses, observations.length),
    ...(layers.length && { layers }),
  };
}

function depthRange(camera: string, observation: Map<PickleValue, PickleValue>): DepthRange | null {
  const misc = observation.get('misc');
  if (!(misc instanceof Map)) return null;
  const [near, far] = ['near', 'far'].map((key) => misc.get(`${camera}_camera_${key}`));
  if (typeof near !== 'number' || typeof far !== 'number') return null;
  return Number.isFinite(near) && Number.isFinite(far) && far > near ? { near, far } : null;
}

function uncalibrated(demonstrations: Demonstration[], remarks: Set<string>): void {
  const without = new Set(
    demonstrations.flatMap(({ cameras }) =>
      Object.keys(cameras).filter((name) => !cameras[name].intrinsics || !cameras[name].extrinsics),
    ),
  );
  if (without.size)
    remarks.add(
      `There is no calibration of ${[...without].join(', ')}: nothing can be drawn into these pictures.`,
    );
}

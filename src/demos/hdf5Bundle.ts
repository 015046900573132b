/** HDF5 files of robomimic and of ManiSkill as a bundle. */
import { BundleError } from './bundleError.ts';
import { checkStates } from './checkDemonstration.ts';
import { commonFolder } from './commonFolder.ts';
import { checksumsOf, jumpRemarks } from './damageRemarks.ts';
import type { Bundle, Camera, Demonstration } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import { Hdf5File } from './hdf5File.ts';
import { Hdf5Frames, pictureSize, type Hdf5Pictures } from './hdf5Frames.ts';
import { isState, type Hdf5Episode, type Hdf5Layout } from './hdf5Layout.ts';
import { readManiskill } from './maniskill.ts';
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
import { readRobomimic } from './robomimic.ts';
import { numbersOfPoses, StateBudget } from './stateBudget.ts';
import { chooseMapping, offeredMapping, type MappingOffer, type StateFeature } from './stateMapping.ts';

const MOST_DEMONSTRATIONS = 20_000;
const MOST_FRAMES = 1_000_000;
const PREVIEW_ROWS = 5;

/** @throws BundleError naming the file and the place in it; MappingNeeded */
export async function openHdf5(tree: FileTree, name: string, options: OpenOptions): Promise<Bundle> {
  const paths = tree.paths().filter((path) => /\.(hdf5|h5)$/i.test(path) && !/(^|\/)\./.test(path));
  const opened: Hdf5File[] = [];
  try {
    return await assembled(tree, paths.sort(), name, options, opened);
  } catch (error) {
    for (const file of opened) file.close();
    throw error;
  }
}

async function assembled(
  tree: FileTree,
  paths: string[],
  name: string,
  { signal, onProgress, mapping: given }: OpenOptions,
  opened: Hdf5File[],
): Promise<Bundle> {
  const found: { path: string; file: Hdf5File; layout: Hdf5Layout }[] = [];
  for (const path of paths) {
    const { read, size } = await tree.readNow(path, signal);
    const file = await Hdf5File.open(path, read, size);
    opened.push(file);
    const layout = readRobomimic(path, file) ?? (await readManiskill(path, file, tree, signal));
    if (layout) found.push({ path, file, layout });
  }
  if (!found.length)
    throw new BundleError(
      paths[0] ?? name,
      'is of neither robomimic (data/demo_0 ...) nor ManiSkill (traj_0 ...): give a file of one of them',
    );
  const { format, scene, labels } = found[0].layout;
  const total = found.reduce((sum, { layout }) => sum + layout.episodes.length, 0);
  if (!(total > 0)) throw new BundleError(found[0].path, 'holds no demonstration: record at least one');
  if (total > MOST_DEMONSTRATIONS)
    throw new BundleError(name, `holds more than ${MOST_DEMONSTRATIONS} demonstrations: open fewer`);

  const named = fileNames(found.map(({ path }) => path));
  const first = found.find(({ layout }) => layout.episodes.length)!;
  const frame = `Positions are metres in ${scene.frame}.`;
  const offer = mappingOffer(first.file, first.layout.episodes[0], labels, frame);
  const mapping = chooseMapping(first.path, offer, given);
  const remarks = new Set(found.flatMap(({ layout }) => layout.remarks));
  const demonstrations: Demonstration[] = [];
  const pictures = new Map<string, Hdf5Pictures>();
  const budget = new StateBudget(name);
  /** Whether all that is read has Fletcher32. */
  const guarded = { numbers: true, pictures: true };
  for (const { path, file, layout } of found)
    for (const { states, pictures: datasets, calibrations, calibrated, ...episode } of layout.episodes) {
      signal?.throwIfAborted();
      const id = found.length > 1 ? `${named(path)}/${episode.id}` : episode.id;
      const { length } = episode;
      if (!(length > 0 && length <= MOST_FRAMES))
        throw new BundleError(path, `has ${length} frames in ${episode.id}: leave this demonstration out`);
      budget.spend(length, numbersOfFrame(mapping) + numbersOfPoses(Object.values(calibrations), length));
      const columns: StateColumns = {};
      for (const feature of mappedFeatures(mapping)) {
        if (!(feature in states)) throw new BundleError(path, `has no ${feature} in ${episode.id}`);
        columns[feature] = stateColumn(path, file, states[feature], length);
      }
      const numbers = [...mappedFeatures(mapping).map((feature) => states[feature]), ...calibrated];
      guarded.numbers &&= numbers.every((dataset) => file.isChecked(dataset));
      guarded.pictures &&= Object.values(datasets).every((dataset) => file.isChecked(dataset));
      const cameras = Object.entries(datasets).map(([camera, dataset]) => {
        const { shape } = file.dataset(dataset) ?? { shape: [] };
        const size = pictureSize(shape);
        if (!size || shape[0] < length)
          throw new BundleError(path, `has ${shape[0] ?? 0} of ${length} pictures in ${dataset}`);
        const uncalibrated = { intrinsics: null, extrinsics: null };
        return [
          camera,
          { width: size.width, height: size.height, ...(calibrations[camera] ?? uncalibrated) },
        ];
      });
      const demo: Demonstration = {
        ...episode,
        id,
        ...mappedState(columns, length, episode.fps, mapping),
        cameras: Object.fromEntries(cameras) as Record<string, Camera>,
        scene: mappedScene(layout.scene, mapping, offer.features),
      };
      checkStates(`${path}, ${episode.id}`, demo);
      demonstrations.push(demo);
      pictures.set(id, { file, name: path, datasets });
      onProgress?.({ done: demonstrations.length, total, what: 'demonstrations' });
      // Lets a cancellation in.
      await new Promise((resolve) => setTimeout(resolve));
    }
  const said: string[] = [...remarks];
  said.push(columnsRemark(mapping, offer));
  if (!tree.checked) {
    if (!guarded.numbers) said.push(...jumpRemarks(demonstrations));
    const parts = [
      ['numbers', 'small changes of numbers'],
      ['pictures', 'pictures'],
    ] as const;
    const vouched = parts.filter(([part]) => guarded[part]).map(([part]) => `${part} (Fletcher32)`);
    const unnoticed = parts.filter(([part]) => !guarded[part]).map(([, what]) => what);
    said.push(checksumsOf(vouched, ['task and sentences', ...unnoticed]));
  }
  stateRemarks(demonstrations, mapping, said);
  openOrClosed(demonstrations, mapping, said);
  return {
    name,
    format,
    demonstrations,
    frames: new Hdf5Frames(pictures),
    remarks: said,
    mapping: { ...offer, mapping, guess: null },
    close: () => opened.forEach((file) => file.close()),
  };
}

/** Files by name where that tells them apart, else by their path in the folder that holds all of them. */
function fileNames(paths: string[]): (path: string) => string {
  const stem = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  if (new Set(paths.map(stem)).size === paths.length) return stem;
  const { length } = commonFolder(paths);
  return (path) => path.slice(length);
}

function mappingOffer(
  file: Hdf5File,
  { states, length }: Hdf5Episode,
  labels: Hdf5Layout['labels'],
  frame: string,
): MappingOffer {
  const rows: MappingOffer['rows'] = {};
  const features: StateFeature[] = [];
  for (const [name, path] of Object.entries(states)) {
    const width = file.dataset(path)?.shape[1] ?? 1;
    const few = Math.min(PREVIEW_ROWS, length);
    const numbers = Array.from(file.rows(path, 0, few), Number);
    features.push({ name, width, labels: labels(name, width) });
    rows[name] = Array.from({ length: few }, (_, i) => numbers.slice(i * width, (i + 1) * width));
  }
  return { features, rows, ...offeredMapping(features), frame };
}

function stateColumn(name: string, file: Hdf5File, path: string, length: number) {
  const { shape } = file.dataset(path) ?? { shape: [] };
  if (!isState(shape) || shape[0] < length)
    throw new BundleError(
      name,
      `has ${shape.join(' x ') || 'nothing'} in ${path} where ${length} rows are due`,
    );
  return { width: shape[1] ?? 1, values: Float64Array.from(file.rows(path, 0, length)) };
}

/** The door for demonstrations: whatever is given, a zip, a folder or files, is read as a bundle or refused. */
import { ARCHIVE_LIMITS, Archive } from './archive.ts';
import { BundleError } from './bundleError.ts';
import { ZIP_CHECKSUMS } from './damageRemarks.ts';
import type { Bundle } from './demonstration.ts';
import type { FileTree, GivenFile } from './fileTree.ts';
import { isLerobot, openLerobot } from './lerobot.ts';
import { LooseFiles } from './looseFiles.ts';
import { isRlbench, openRlbench } from './rlbench.ts';
import { isSystemFile } from './systemFiles.ts';
import type { StateMapping } from './stateMapping.ts';

export interface OpenOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
  /** Which columns are the state, where the format leaves it open; proposed by their names without it. */
  mapping?: StateMapping;
}

/**
 * Opens one file: a zip of RLBench episodes, of a LeRobot dataset (v2.1 or v3.0) or of HDF5 files, or an HDF5 file of
 * robomimic or ManiSkill. States are read at once, pictures when they are asked for, so the file must stay readable.
 * @param name the file's name, for errors and for Bundle.name
 * @throws BundleError naming the file at fault, why, and what to do; MappingNeeded; AbortError when cancelled
 */
export function openBundle(file: Blob, name: string, options: OpenOptions = {}): Promise<Bundle> {
  return openFiles([{ path: name, blob: file }], name, options);
}

/**
 * Opens files that belong together, e.g. of a dropped folder; a single zip is opened as its contents. The layout may
 * lie in folders.
 * @throws as openBundle does
 */
export async function openFiles(
  files: GivenFile[],
  name: string,
  options: OpenOptions = {},
): Promise<Bundle> {
  options.signal?.throwIfAborted();
  return openTree(await treeOf(files, name), name, options);
}

/** Whether these paths are of a layout that openTree reads. */
export function holdsBundle(paths: string[]): boolean {
  return isLerobot(paths) || isRlbench(paths) || paths.some((path) => HDF5.test(path));
}

/** @throws as openBundle does */
export async function openTree(tree: FileTree, name: string, options: OpenOptions = {}): Promise<Bundle> {
  const bundle = await openLayout(tree, name, options);
  if (tree.checked) bundle.remarks.push(ZIP_CHECKSUMS);
  return bundle;
}

async function openLayout(tree: FileTree, name: string, options: OpenOptions): Promise<Bundle> {
  const paths = tree.paths();
  if (isLerobot(paths)) return openLerobot(tree, name, options);
  if (isRlbench(paths)) return openRlbench(tree, name, options);
  if (holdsBundle(paths)) {
    const { openHdf5 } = await import('./hdf5Bundle.ts');
    return openHdf5(tree, name, options);
  }
  throw new BundleError(
    name,
    'holds no episode: give an RLBench task folder (variation0/episodes/episode0/...), a LeRobot dataset ' +
      '(meta/info.json), or HDF5 files of robomimic or ManiSkill, zipped or not',
  );
}

const HDF5 = /\.(hdf5|h5)$/i;

async function treeOf(all: GivenFile[], name: string): Promise<FileTree> {
  const files = all.filter(({ path }) => !isSystemFile(path));
  if (!files.length) throw new BundleError(name, 'holds no file: choose at least one');
  if (files.length === 1 && !HDF5.test(files[0].path)) {
    const [{ blob, readNow }] = files;
    return Archive.open(blob, name, ARCHIVE_LIMITS, { readNow });
  }
  return new LooseFiles(files, name);
}

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, EncodedImage } from '../demos/demonstration.ts';
import type { StateMapping } from '../demos/stateMapping.ts';
import type { Question } from '../questions/question.ts';
import { shownCamera } from '../questions/shownCamera.ts';
import { fingerprint } from '../runs/fingerprint.ts';
import { DiskBlob } from './diskBlob.ts';
import { DiskFolder, readerOfFile } from './diskFolder.ts';
import { openRawFolder } from './rawFolder.ts';

/** The sample demonstrations that the page ships. */
export const DEFAULT_BUNDLE = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));

/**
 * A zip or HDF5 file as the page takes it, a folder of the same layouts, or a folder of raw recordings.
 * @param mapping which columns are the state; proposed by their names without it
 * @throws Error naming the path and the reason; MappingNeeded
 */
export async function openDemonstrations(path: string, mapping?: StateMapping): Promise<Bundle> {
  const { holdsBundle, openFiles, openTree } = await import('../demos/openBundle.ts');
  if (await isFolder(path)) {
    const tree = await DiskFolder.open(path);
    return holdsBundle(tree.paths()) ? openTree(tree, basename(path), { mapping }) : openRawFolder(path);
  }
  const files = [path];
  // ManiSkill's description of the file stands beside it.
  const description = join(dirname(path), `${basename(path).replace(/\.\w+$/, '')}.json`);
  if (/\.(h5|hdf5)$/i.test(path) && existsSync(description)) files.push(description);
  const given = files.map(async (file) => ({
    path: basename(file),
    blob: await DiskBlob.open(file),
    readNow: readerOfFile(file),
  }));
  return openFiles(await Promise.all(given), basename(path), { mapping });
}

/** SHA-256 of a file; null of a folder. */
export async function fingerprintOf(path: string): Promise<string | null> {
  return (await isFolder(path)) ? null : fingerprint(await DiskBlob.open(path));
}

export function imagesOf(
  bundle: Bundle,
): (question: Pick<Question, 'demonstration' | 'camera' | 'frame'>) => Promise<EncodedImage> {
  const byId = new Map(bundle.demonstrations.map((demo) => [demo.id, demo]));
  return ({ demonstration, camera, frame }) => {
    const demo = byId.get(demonstration);
    return bundle.frames.read(demonstration, demo ? shownCamera(demo, camera) : camera, frame);
  };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`${path} does not exist`);
  return found.isDirectory();
}

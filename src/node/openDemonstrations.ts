import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, EncodedImage } from '../demos/demonstration.ts';
import type { Question } from '../questions/question.ts';
import { fingerprint } from '../runs/fingerprint.ts';
import { openRawFolder } from './rawFolder.ts';

/** The sample demonstrations that the page ships. */
export const DEFAULT_BUNDLE = fileURLToPath(new URL('../../public/demos/tabletop.zip', import.meta.url));

/** A zip as the page takes it, or a folder of raw recordings. @throws Error naming the path and the reason. */
export async function openDemonstrations(path: string): Promise<Bundle> {
  if (await isFolder(path)) return openRawFolder(path);
  const { openBundle } = await import('../demos/openBundle.ts');
  return openBundle(await openAsBlob(path), basename(path));
}

/** SHA-256 of a zip; null of a folder. */
export async function fingerprintOf(path: string): Promise<string | null> {
  return (await isFolder(path)) ? null : fingerprint(await openAsBlob(path));
}

export function imagesOf(bundle: Bundle): (question: Question) => Promise<EncodedImage> {
  return ({ demonstration, camera, frame }) => bundle.frames.read(demonstration, camera, frame);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`${path} does not exist`);
  return found.isDirectory();
}

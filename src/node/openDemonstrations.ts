import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Bundle } from '../demos/demonstration.ts';
import { openRawFolder } from './rawFolder.ts';

/** A zip as the page takes it, or a folder of raw recordings. @throws Error naming the path and the reason. */
export async function openDemonstrations(path: string): Promise<Bundle> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new Error(`${path} does not exist`);
  if (found.isDirectory()) return openRawFolder(path);
  const { openBundle } = await import('../demos/openBundle.ts');
  return openBundle(await openAsBlob(path), basename(path));
}

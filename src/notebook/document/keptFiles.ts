/** Files of demonstrations that a reader opened, kept in this browser so that a reload finds them. */
import { createStore, del, get, keys, set } from 'idb-keyval';
import type { GivenFile } from '../../demos/fileTree.ts';
import type { StateMapping } from '../../demos/stateMapping.ts';

/** Bytes of a cell's files: beyond it they are not kept, and the cell says so. */
export const LARGEST_KEPT = 512 * 2 ** 20;

export interface KeptFiles {
  name: string;
  files: GivenFile[];
  mapping?: StateMapping;
}

const store = createStore('robot-r1-demonstrations', 'files');

/** @param place notebook and cell: "<id>/<id>" */
export async function keepFiles(place: string, kept: KeptFiles): Promise<boolean> {
  const size = kept.files.reduce((sum, { blob }) => sum + blob.size, 0);
  if (size > LARGEST_KEPT) {
    await del(place, store);
    return false;
  }
  await set(place, { ...kept, files: kept.files.map(({ path, blob }) => ({ path, blob })) }, store);
  return true;
}

export function keptFiles(place: string): Promise<KeptFiles | undefined> {
  return get<KeptFiles>(place, store);
}

export function dropFiles(place: string): Promise<void> {
  return del(place, store);
}

/** Drops those of notebooks that are no more. */
export async function sweepFiles(notebooks: readonly string[]): Promise<void> {
  for (const place of await keys<string>(store))
    if (!notebooks.includes(place.split('/')[0])) await del(place, store);
}

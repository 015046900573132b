/** A folder as a visitor drops it: its checkpoint, wherever in it that lies. */
import type { FolderFile } from '../../hub/hubService.ts';
import type { GivenFile } from '../../demos/fileTree.ts';
import { isSafePath } from '../../hub/fileList.ts';

/** @throws Error when there is no config.json, or more than one folder that has one. */
export function checkpointFiles(given: readonly GivenFile[]): FolderFile[] {
  const configs = given.filter(({ path }) => /(^|\/)config\.json$/.test(path));
  if (configs.length === 0)
    throw new Error('the folder has no config.json: give one laid out like a repository of the hub');
  const roots = configs.map(({ path }) => path.slice(0, -'config.json'.length));
  const root = roots.reduce((a, b) => (b.length < a.length ? b : a));
  const strangers = roots.filter((other) => !other.startsWith(root));
  if (strangers.length > 0)
    throw new Error(`the folder holds ${strangers.length + 1} checkpoints: give the folder of one`);
  return given
    .filter(({ path }) => path.startsWith(root))
    .map(({ path, blob }) => ({ path: path.slice(root.length), blob }))
    .filter(({ path }) => isSafePath(path));
}

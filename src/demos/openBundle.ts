/** The door for demonstrations: whatever zip is dropped, read as a bundle or refused with the reason. */
import { Archive } from './archive.ts';
import { BundleError } from './bundleError.ts';
import type { Bundle } from './demonstration.ts';
import { isLerobot, openLerobot } from './lerobot.ts';
import { isRlbench, openRlbench } from './rlbench.ts';

export interface OpenOptions {
  signal?: AbortSignal;
  onProgress?: (progress: { done: number; total: number; what: string }) => void;
}

/**
 * Opens a zip of RLBench episodes or of a LeRobot v3.0 dataset whose frames are pictures; the layout may lie in a
 * folder of the zip. States are read at once, pictures when they are asked for, so the file must stay readable.
 * @param name the file's name, for errors and for Bundle.name
 * @throws BundleError naming the file at fault, why, and what to do; AbortError when cancelled
 */
export async function openBundle(file: Blob, name: string, options: OpenOptions = {}): Promise<Bundle> {
  options.signal?.throwIfAborted();
  const archive = await Archive.open(file, name);
  const paths = archive.paths();
  if (isLerobot(paths)) return openLerobot(archive, name, options);
  if (isRlbench(paths)) return openRlbench(archive, name, options);
  throw new BundleError(
    name,
    'holds no episode: zip an RLBench task folder (variation0/episodes/episode0/...) or a LeRobot v3.0 dataset (meta/info.json)',
  );
}

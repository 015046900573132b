/** Bundles whose files and frames are read in the demos worker. */
import * as Comlink from 'comlink';
import type { DemosWorker, OpenedBundle, UnmappedBundle } from '../../workers/demos.ts';
import type { Bundle, FrameStore } from '../demos/demonstration.ts';
import type { GivenFile } from '../demos/fileTree.ts';
import type { LayerPicture } from '../demos/layerPixels.ts';
import { MappingNeeded, type StateMapping } from '../demos/stateMapping.ts';
import { CancellableCalls } from './cancellableCalls.ts';
import { download } from './download.ts';
import type { Progress } from './notebook.svelte.ts';

type OnProgress = (progress: Progress) => void;

let worker: Comlink.Remote<DemosWorker> | null = null;

function demosWorker(): Comlink.Remote<DemosWorker> {
  worker ??= Comlink.wrap<DemosWorker>(
    new Worker(new URL('../../workers/demos.ts', import.meta.url), { type: 'module', name: 'demos' }),
  );
  return worker;
}

const calls = new CancellableCalls((call) => void demosWorker().cancel(call));
const files = new WeakMap<Bundle, Blob>();
/** By which the worker knows the bundles that it opened. */
const handles = new WeakMap<Bundle, number>();
const forgotten = new FinalizationRegistry<number>((handle) => void demosWorker().close(handle));

/**
 * Opens files that belong together, e.g. one zip or those of a folder.
 * @param mapping which columns are the state, where the format leaves it open; proposed by their names without it
 * @throws Error naming the file at fault and the reason; MappingNeeded; AbortError.
 */
export async function openDemonstrations(
  given: GivenFile[],
  name: string,
  onProgress: OnProgress,
  signal: AbortSignal,
  mapping?: StateMapping,
): Promise<Bundle> {
  const opened = await calls.run<OpenedBundle | UnmappedBundle>(signal, (call) =>
    demosWorker().open(call, given, name, mapping, told(`Reading ${name}`, onProgress)),
  );
  if (!('handle' in opened)) throw new MappingNeeded(opened.file, opened.reason, opened.offer);
  const bundle = remoteBundle(opened);
  if (given.length === 1) files.set(bundle, given[0].blob);
  return bundle;
}

const told = (label: string, onProgress: OnProgress) =>
  Comlink.proxy(({ done, total, what }: { done: number; total: number; what: string }) =>
    onProgress({ label: `${label}: ${what}`, done, total }),
  );

/** A zip in LeRobot v3.0's layout. @throws Error when frame rates or picture sizes differ; AbortError. */
export async function lerobotDataset(
  bundle: Bundle,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Blob> {
  const progress = told('Writing the dataset', onProgress);
  const { name, format, demonstrations, remarks, frames } = bundle;
  const bytes = await calls.run(signal, (call) =>
    handles.has(bundle)
      ? demosWorker().writeLerobot(call, handles.get(bundle)!, progress)
      : demosWorker().writeLerobot(
          call,
          { name, format, demonstrations, remarks },
          progress,
          Comlink.proxy((...frame: Parameters<FrameStore['read']>) => frames.read(...frame)),
        ),
  );
  return new Blob([bytes], { type: 'application/zip' });
}

/** Depth or mask of a camera that has it. @throws Error naming the file when it is missing or damaged. */
export async function layerPictureOf(
  bundle: Bundle,
  ...layer: Parameters<NonNullable<FrameStore['readLayer']>>
): Promise<LayerPicture> {
  const handle = handles.get(bundle);
  if (handle !== undefined) return demosWorker().readLayer(handle, ...layer);
  const { layerPicture } = await import('../demos/layerPixels.ts');
  return layerPicture(await bundle.frames.readLayer!(...layer), layer[3]);
}

function remoteBundle({ handle, ...opened }: OpenedBundle): Bundle {
  const frames: Bundle['frames'] = {
    read: (demonstration, camera, frame) => demosWorker().readFrame(handle, demonstration, camera, frame),
  };
  const bundle = { ...opened, frames };
  handles.set(bundle, handle);
  forgotten.register(bundle, handle);
  return bundle;
}

/** SHA-256 of the one file a bundle was opened from; null where there is none, or there are several. */
export async function bundleFingerprint(bundle: Bundle): Promise<string | null> {
  const file = files.get(bundle);
  if (!file) return null;
  const { fingerprint } = await import('../runs/fingerprint.ts');
  return fingerprint(file);
}

/** The few demonstrations that are shown at once. */
export function openSample(onProgress: OnProgress, signal: AbortSignal): Promise<Bundle> {
  return openShipped('sample.zip', 'sample demonstrations', onProgress, signal);
}

export const TABLETOP = 'tabletop.zip';

let tabletop: Bundle | null = null;

/** The set that training uses unless told otherwise: the checkpoint has never seen it. Fetched once. */
export async function openTabletop(onProgress: OnProgress, signal: AbortSignal): Promise<Bundle> {
  tabletop ??= await openShipped(TABLETOP, 'tabletop demonstrations', onProgress, signal);
  return tabletop;
}

async function openShipped(file: string, what: string, onProgress: OnProgress, signal: AbortSignal) {
  const blob = await download(`${import.meta.env.BASE_URL}demos/${file}`, `the ${what}`, onProgress, signal);
  return openDemonstrations([{ path: file, blob }], file, onProgress, signal);
}

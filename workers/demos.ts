/** Opens bundles and reads their pictures away from the page's thread. */
import * as Comlink from 'comlink';
import type { Bundle, CameraName, EncodedImage } from '../src/demos/demonstration.ts';
import type { GivenFile } from '../src/demos/fileTree.ts';
import { openFiles, type OpenOptions } from '../src/demos/openBundle.ts';
import { MappingNeeded, type MappingOffer, type StateMapping } from '../src/demos/stateMapping.ts';

/** A bundle without its frame store; `handle` reads its frames. */
export interface OpenedBundle extends Omit<Bundle, 'frames' | 'close'> {
  handle: number;
}

/** What MappingNeeded says, which as an error would lose its offer on the way to the page. */
export interface UnmappedBundle {
  file: string;
  reason: string;
  offer: MappingOffer;
}

const bundles = new Map<number, Bundle>();
const opening = new Set<AbortController>();
let lastHandle = 0;

const demosWorker = {
  /** @throws what openFiles throws, as an Error with the same name and message; AbortError after cancel */
  async open(
    files: GivenFile[],
    name: string,
    given?: StateMapping,
    onProgress?: OpenOptions['onProgress'],
  ): Promise<OpenedBundle | UnmappedBundle> {
    const controller = new AbortController();
    opening.add(controller);
    try {
      const options = { signal: controller.signal, onProgress, mapping: given };
      const bundle = await openFiles(files, name, options);
      bundles.set(++lastHandle, bundle);
      const { format, demonstrations, remarks, mapping } = bundle;
      return { name: bundle.name, format, demonstrations, remarks, mapping, handle: lastHandle };
    } catch (error) {
      if (error instanceof MappingNeeded)
        return { file: error.file, reason: error.reason, offer: error.offer };
      throw error;
    } finally {
      opening.delete(controller);
    }
  },

  async readFrame(
    handle: number,
    demonstrationId: string,
    camera: CameraName,
    frame: number,
  ): Promise<EncodedImage> {
    const image = await bundleOf(handle).frames.read(demonstrationId, camera, frame);
    return Comlink.transfer(image, [image.bytes.buffer as ArrayBuffer]);
  },

  close(handle: number): void {
    bundles.get(handle)?.close?.();
    bundles.delete(handle);
  },

  /** Stops whatever is being opened. */
  cancel(): void {
    for (const controller of opening) controller.abort();
  },
};

function bundleOf(handle: number): Bundle {
  const bundle = bundles.get(handle);
  if (!bundle) throw new Error(`bundle ${handle} is closed: open the file again`);
  return bundle;
}

export type DemosWorker = typeof demosWorker;

Comlink.expose(demosWorker);

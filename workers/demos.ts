/** Opens bundles and reads their pictures away from the page's thread. */
import * as Comlink from 'comlink';
import type { Bundle, CameraName, EncodedImage } from '../src/demos/demonstration.ts';
import { openBundle, type OpenOptions } from '../src/demos/openBundle.ts';

/** A bundle without its frame store; `handle` reads its frames. */
export interface OpenedBundle extends Omit<Bundle, 'frames'> {
  handle: number;
}

const bundles = new Map<number, Bundle>();
const opening = new Set<AbortController>();
let lastHandle = 0;

const demosWorker = {
  /** @throws what openBundle throws, as an Error with the same name and message; AbortError after cancel */
  async open(file: Blob, name: string, onProgress?: OpenOptions['onProgress']): Promise<OpenedBundle> {
    const controller = new AbortController();
    opening.add(controller);
    try {
      const bundle = await openBundle(file, name, { signal: controller.signal, onProgress });
      bundles.set(++lastHandle, bundle);
      const { format, demonstrations, remarks } = bundle;
      return { name: bundle.name, format, demonstrations, remarks, handle: lastHandle };
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
    const bundle = bundles.get(handle);
    if (!bundle) throw new Error(`bundle ${handle} is closed: open the file again`);
    const image = await bundle.frames.read(demonstrationId, camera, frame);
    return Comlink.transfer(image, [image.bytes.buffer as ArrayBuffer]);
  },

  close(handle: number): void {
    bundles.delete(handle);
  },

  /** Stops whatever is being opened. */
  cancel(): void {
    for (const controller of opening) controller.abort();
  },
};

export type DemosWorker = typeof demosWorker;

Comlink.expose(demosWorker);

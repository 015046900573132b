/** Opens bundles and reads their pictures away from the page's thread. */
import * as Comlink from 'comlink';
import { decodeOnCanvas } from '../src/demos/canvasPicture.ts';
import type { Bundle, CameraName, EncodedImage, FrameStore, LayerName } from '../src/demos/demonstration.ts';
import type { GivenFile } from '../src/demos/fileTree.ts';
import { layerPicture, type LayerPicture } from '../src/demos/layerPixels.ts';
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
const underWay = new Map<number, AbortController>();
let lastHandle = 0;

const demosWorker = {
  /**
   * @param call number of this call, for cancel
   * @throws what openFiles throws, as an Error with the same name and message; AbortError after cancel
   */
  async open(
    call: number,
    files: GivenFile[],
    name: string,
    given?: StateMapping,
    onProgress?: OpenOptions['onProgress'],
  ): Promise<OpenedBundle | UnmappedBundle> {
    try {
      const bundle = await cancellable(call, (signal) =>
        openFiles(files, name, { signal, onProgress, mapping: given }),
      );
      bundles.set(++lastHandle, bundle);
      const { format, demonstrations, remarks, mapping } = bundle;
      return { name: bundle.name, format, demonstrations, remarks, mapping, handle: lastHandle };
    } catch (error) {
      if (error instanceof MappingNeeded)
        return { file: error.file, reason: error.reason, offer: error.offer };
      throw error;
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

  /** Depth or mask as a picture. @throws Error naming the file when it is missing or damaged */
  async readLayer(
    handle: number,
    demonstrationId: string,
    camera: CameraName,
    frame: number,
    layer: LayerName,
  ): Promise<LayerPicture> {
    const { name, frames } = bundleOf(handle);
    if (!frames.readLayer) throw new Error(`${name} holds no ${layer}: open a bundle that has it`);
    const picture = layerPicture(await frames.readLayer(demonstrationId, camera, frame, layer), layer);
    return Comlink.transfer(picture, [picture.pixels.buffer]);
  },

  /**
   * A bundle as a LeRobot v3.0 dataset, zipped.
   * @param source a handle, or a bundle that another thread holds
   * @param read reads frames of the latter
   * @throws what writeLerobot throws; AbortError after cancel
   */
  async writeLerobot(
    call: number,
    source: number | Omit<Bundle, 'frames' | 'close'>,
    onProgress?: OpenOptions['onProgress'],
    read?: FrameStore['read'],
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { writeLerobot } = await import('../src/demos/lerobotWriter.ts');
    const bundle =
      typeof source === 'number'
        ? bundleOf(source)
        : { ...source, frames: { read: (...frame: Parameters<FrameStore['read']>) => read!(...frame) } };
    const bytes = await cancellable(call, (signal) =>
      writeLerobot(bundle, { signal, onProgress, decode: decodeOnCanvas }),
    );
    return Comlink.transfer(bytes, [bytes.buffer]);
  },

  close(handle: number): void {
    bundles.get(handle)?.close?.();
    bundles.delete(handle);
  },

  /** Stops an opening or a writing. */
  cancel(call: number): void {
    underWay.get(call)?.abort();
  },
};

async function cancellable<T>(call: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  underWay.set(call, controller);
  try {
    return await work(controller.signal);
  } finally {
    underWay.delete(call);
  }
}

function bundleOf(handle: number): Bundle {
  const bundle = bundles.get(handle);
  if (!bundle) throw new Error(`bundle ${handle} is closed: open the file again`);
  return bundle;
}

export type DemosWorker = typeof demosWorker;

Comlink.expose(demosWorker);

/** Pictures out of HDF5 datasets of bytes, N x height x width x channels, a run of frames at a time. */
import { BundleError } from './bundleError.ts';
import type { EncodedImage, FrameStore } from './demonstration.ts';
import type { Hdf5File } from './hdf5File.ts';
import { encodePng, type Pixels } from './png.ts';

const RUN_BYTES = 16 * 2 ** 20;
const CACHE_RUNS = 4;

/** Where the pictures of a demonstration are: by camera, the dataset's path. */
export interface Hdf5Pictures {
  file: Hdf5File;
  name: string;
  datasets: Record<string, string>;
}

export class Hdf5Frames implements FrameStore {
  /** Least recently used first. */
  private readonly runs = new Map<string, { start: number; pixels: Pixels }>();

  constructor(private readonly pictures: Map<string, Hdf5Pictures>) {}

  async read(demonstrationId: string, camera: string, frame: number): Promise<EncodedImage> {
    const found = this.pictures.get(demonstrationId);
    const path = found?.datasets[camera];
    if (!found || path === undefined)
      throw new BundleError(found?.name ?? demonstrationId, `has no camera ${camera}`);
    const { start, pixels } = this.run(found, path, frame);
    const { width, height, channels } = pixels;
    const size = width * height * channels;
    const values = pixels.values.subarray((frame - start) * size, (frame - start + 1) * size);
    return { bytes: await encodePng({ width, height, channels, values }), mime: 'image/png' };
  }

  /** The frames of one chunk together, when they are few: it is unpacked whole for each. */
  private run({ file, name }: Hdf5Pictures, path: string, frame: number): { start: number; pixels: Pixels } {
    const dataset = file.dataset(path);
    const size = dataset && pictureSize(dataset.shape);
    if (!dataset || !size || !(frame >= 0 && frame < dataset.shape[0]))
      throw new BundleError(name, `has no frame ${frame} in ${path}`);
    const bytes = size.width * size.height * size.channels;
    const rows = Math.max(1, Math.min(dataset.chunkRows, Math.floor(RUN_BYTES / bytes)));
    const start = Math.floor(frame / rows) * rows;
    const key = `${name} ${path} ${start}`;
    const run = this.runs.get(key) ?? {
      start,
      pixels: {
        ...size,
        values: Uint8Array.from(file.rows(path, start, Math.min(start + rows, dataset.shape[0]))),
      },
    };
    this.runs.delete(key);
    this.runs.set(key, run);
    if (this.runs.size > CACHE_RUNS) this.runs.delete(this.runs.keys().next().value!);
    return run;
  }
}

/** Of a dataset of frames; null when its shape is none of pictures. */
export function pictureSize(shape: number[]): Omit<Pixels, 'values'> | null {
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || ![1, 3, 4].includes(channels)) return null;
  if (!(height >= 1 && width >= 1 && height * width <= 2 ** 24)) return null;
  return { width, height, channels };
}

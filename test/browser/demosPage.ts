/** Gives files to the demos worker; demos.spec.ts calls what stands in `globalThis` from outside. */
import { wrap } from 'comlink';
import { BufferTarget, CanvasSource, Mp4OutputFormat, Output } from 'mediabunny';
import { decodeOnCanvas } from '../../src/demos/canvasPicture.ts';
import type { EncodedImage } from '../../src/demos/demonstration.ts';
import type { GivenFile } from '../../src/demos/fileTree.ts';
import type { DemosWorker } from '../../workers/demos.ts';

const FPS = 10;
const SIDE = 64;

const worker = wrap<DemosWorker>(
  new Worker(new URL('../../workers/demos.ts', import.meta.url), { type: 'module' }),
);

async function opened(files: GivenFile[]) {
  const bundle = await worker.open(1, files, 'given');
  if (!('handle' in bundle)) throw new Error(bundle.reason);
  return bundle;
}

const blobOf = async (base64: string) =>
  (await fetch(`data:application/octet-stream;base64,${base64}`)).blob();

/** RGBA of a picture, row by row. */
async function pixels(bytes: Uint8Array): Promise<ImageData> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** Red, green and blue of a pixel. */
function colourAt({ data, width }: ImageData, x: number, y: number): number[] {
  return [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
}

/** The number that tools/fixtures/make_video.py drew into it, by eight squares. */
function numberShown(picture: ImageData): number {
  const light = (bit: number) =>
    colourAt(picture, 8 + (bit % 4) * 16, 16 + Math.floor(bit / 4) * 16)[1] > 128;
  return Array.from({ length: 8 }, (_, bit) => (light(bit) ? 2 ** bit : 0)).reduce((a, b) => a + b);
}

export async function tryHdf5(base64: string) {
  const { handle, demonstrations } = await opened([{ path: 'robomimic.hdf5', blob: await blobOf(base64) }]);
  const [{ id, length, gripperPose }] = demonstrations;
  const { bytes } = await worker.readFrame(handle, id, 'agentview', 0);
  return { length, x: gripperPose[0], picture: [...bytes] };
}

/** In base64; frame i is grey of 20 i. */
export async function grayFilm(frames: number): Promise<string> {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d')!;
  const output = new Output({ format: new Mp4OutputFormat(), target: new BufferTarget() });
  const source = new CanvasSource(canvas, { codec: 'vp9', bitrate: 4e5, keyFrameInterval: 1 });
  output.addVideoTrack(source, { frameRate: FPS });
  await output.start();
  for (let i = 0; i < frames; i++) {
    context.fillStyle = `rgb(${20 * i} ${20 * i} ${20 * i})`;
    context.fillRect(0, 0, SIDE, SIDE);
    await source.add(i / FPS, 1 / FPS);
  }
  await output.finalize();
  return btoa(String.fromCharCode(...new Uint8Array(output.target.buffer!)));
}

/** What a frame shows, or why it cannot be read. */
export interface Shown {
  middle?: number[];
  number?: number;
  size?: number[];
  error?: string;
}

/**
 * @param files of a dataset, base64
 * @param asked demonstration and frame
 */
export async function readFrames(
  files: Record<string, string>,
  asked: (readonly [number, number])[],
): Promise<{ shown: Shown[]; remarks: string[] }> {
  const given: GivenFile[] = [];
  for (const [path, base64] of Object.entries(files)) given.push({ path, blob: await blobOf(base64) });
  const { handle, demonstrations, remarks } = await opened(given);
  const camera = Object.keys(demonstrations[0].cameras)[0];
  const shown: Shown[] = [];
  for (const [episode, frame] of asked)
    try {
      const { bytes } = await worker.readFrame(handle, demonstrations[episode].id, camera, frame);
      const picture = await pixels(bytes);
      const { width, height } = picture;
      shown.push({
        middle: colourAt(picture, width >> 1, height >> 1),
        number: numberShown(picture),
        size: [width, height],
      });
    } catch (error) {
      shown.push({ error: (error as Error).message });
    }
  await worker.close(handle);
  return { shown, remarks };
}

/** Pixels by which statistics are made, or why there are none. */
export async function decoded(base64: string, mime: EncodedImage['mime']): Promise<number[] | string> {
  const bytes = new Uint8Array(await (await blobOf(base64)).arrayBuffer());
  return decodeOnCanvas('it', { bytes, mime }).then(
    ({ data }) => Array.from(data),
    (error: Error) => error.message,
  );
}

Object.assign(globalThis, { tryHdf5, grayFilm, readFrames, decoded });

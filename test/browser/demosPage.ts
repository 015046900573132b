/** Gives files to the demos worker; demos.spec.ts calls `tryHdf5` and `tryVideo` from outside. */
import { wrap } from 'comlink';
import { BufferTarget, CanvasSource, Mp4OutputFormat, Output } from 'mediabunny';
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

/** Red, green and blue in the middle of a picture. */
async function middle(bytes: Uint8Array): Promise<number[]> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return [...context.getImageData(bitmap.width >> 1, bitmap.height >> 1, 1, 1).data.subarray(0, 3)];
}

export async function tryHdf5(base64: string) {
  const blob = await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob();
  const { handle, demonstrations } = await opened([{ path: 'robomimic.hdf5', blob }]);
  const [{ id, length, gripperPose }] = demonstrations;
  const { bytes } = await worker.readFrame(handle, id, 'agentview', 0);
  return { length, x: gripperPose[0], picture: [...bytes] };
}

/** Frame i of the film is grey of 20 i; two episodes of ten frames lie in it. */
async function film(): Promise<Blob> {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d')!;
  const output = new Output({ format: new Mp4OutputFormat(), target: new BufferTarget() });
  const source = new CanvasSource(canvas, { codec: 'vp9', bitrate: 4e5, keyFrameInterval: 1 });
  output.addVideoTrack(source, { frameRate: FPS });
  await output.start();
  for (let i = 0; i < 10; i++) {
    context.fillStyle = `rgb(${20 * i} ${20 * i} ${20 * i})`;
    context.fillRect(0, 0, SIDE, SIDE);
    await source.add(i / FPS, 1 / FPS);
  }
  await output.finalize();
  return new Blob([output.target.buffer!]);
}

/** @param files a LeRobot v2.1 dataset, base64, to which videos of its episodes are added */
export async function tryVideo(files: Record<string, string>, videos: string[], frames: number[]) {
  const given: GivenFile[] = [];
  for (const [path, base64] of Object.entries(files))
    given.push({
      path,
      blob: await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob(),
    });
  const blob = await film();
  for (const path of videos) given.push({ path, blob });
  const { handle, demonstrations, remarks } = await opened(given);
  const colours: number[][] = [];
  for (const frame of frames) {
    const { bytes } = await worker.readFrame(handle, demonstrations[0].id, 'top', frame);
    colours.push(await middle(bytes));
  }
  const damaged = given.map((file) =>
    file.path === videos[0] ? { ...file, blob: blob.slice(0, blob.size >> 1) } : file,
  );
  const broken = await opened(damaged);
  const refusal = await worker.readFrame(broken.handle, broken.demonstrations[0].id, 'top', 2).then(
    () => 'read',
    (error: Error) => error.message,
  );
  return { colours, remarks, refusal };
}

Object.assign(globalThis, { tryHdf5, tryVideo });

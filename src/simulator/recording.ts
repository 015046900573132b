/** Demonstrations with their pictures, one at a time, so that memory stays bounded. Runs in a worker or a page. */

import type { MainModule } from '@mujoco/mujoco';
import type { EncodedImage } from '../demos/demonstration.ts';
import { frontCamera } from './camera.ts';
import { PICTURE_SIZE, episodeInSteps } from './episode.ts';
import type { Episode } from './episode.ts';
import { looksOf } from './looks.ts';
import type { Looks, Variety } from './looks.ts';
import { Renderer } from './renderer.ts';
import { sceneOf } from './scene.ts';
import { taskNamed } from './tasks/tasks.ts';
import { World } from './world.ts';

export const WEBP_QUALITY = 0.85;
const FAILURES_IN_A_ROW = 10;

export interface RecordRequest {
  /** RLBench's task name. */
  task: string;
  count: number;
  /** Demonstrations get seeds from here upward; a seed whose expert fails is passed over, as RLBench does. */
  seed: number;
  /** Default 0, the one that the paper uses. */
  variation?: number;
  /** Default: every seed has RLBench's camera and the same light and colours around. */
  variety?: Variety;
  /** Draw only every K-th frame; states are always complete. Default 1. */
  every?: number;
  /** Default image/webp. */
  mime?: EncodedImage['mime'];
  /** 0 to 1, where the format loses anything. Default 0.85. */
  quality?: number;
}

/** How far a recording is: demonstrations done, with the fraction of the present one. */
export interface RecordProgress {
  done: number;
  total: number;
  what: string;
  /** Seeds passed over so far because the expert failed on them. */
  dropped: number;
}

export interface RecordOptions {
  signal?: AbortSignal;
  onProgress?: (progress: RecordProgress) => void;
  /** Hears of every seed that is passed over. */
  onDropped?: (seed: number) => void;
}

/** Exactly one seed. */
export type SeedRequest = Omit<RecordRequest, 'count'>;

export interface Recording extends Pick<Episode, 'demonstration' | 'objects'> {
  seed: number;
  /** Front camera by frame number: all of them, or every K-th. */
  frames: Map<number, EncodedImage>;
}

/** Keeps the compiled worlds and the WebGL context between recordings. */
export class Studio {
  private readonly mujoco: MainModule;
  private readonly worlds = new Map<string, World>();
  private renderer: Renderer | null = null;

  constructor(mujoco: MainModule) {
    this.mujoco = mujoco;
  }

  /**
   * @throws Error naming an unknown task or variation, or when the expert fails many times in a row
   * @throws the signal's reason, within one picture
   */
  async *record(request: RecordRequest, options: RecordOptions = {}): AsyncGenerator<Recording> {
    let made = 0;
    let failures = 0;
    let dropped = 0;
    for (let seed = request.seed; made < request.count; seed++) {
      const recording = await this.recordSeed(
        { ...request, seed },
        {
          signal: options.signal,
          onProgress: ({ done, what }) =>
            options.onProgress?.({ done: made + done, total: request.count, what, dropped }),
        },
      );
      if (recording) {
        failures = 0;
        made++;
        yield recording;
        continue;
      }
      dropped++;
      options.onDropped?.(seed);
      if (++failures >= FAILURES_IN_A_ROW) {
        throw new Error(
          `${request.task}: the expert failed on ${failures} seeds in a row, the last being ${seed}`,
        );
      }
    }
  }

  /** Null where the expert fails on exactly this seed. */
  async recordSeed(request: SeedRequest, options: RecordOptions = {}): Promise<Recording | null> {
    options.signal?.throwIfAborted();
    options.onProgress?.({
      done: 0,
      total: 1,
      what: `seed ${request.seed}, the robot acts`,
      dropped: 0,
    });
    const episode = await this.act(request, options.signal);
    if (!episode.success) return null;
    const looks = looksOf(request.variety, request.task, request.seed);
    const frames = await this.draw(episode, looks, request, options);
    const cameras = { front: frontCamera(PICTURE_SIZE, looks.view) };
    const demonstration = { ...episode.demonstration, cameras };
    return { demonstration, objects: episode.objects, seed: request.seed, frames };
  }

  delete(): void {
    this.renderer?.delete();
    for (const world of this.worlds.values()) world.delete();
    this.worlds.clear();
  }

  private world(task: string): World {
    const known = this.worlds.get(task);
    if (known) return known;
    const world = new World(this.mujoco, sceneOf(taskNamed(task)));
    this.worlds.set(task, world);
    return world;
  }

  private async act(request: SeedRequest, signal?: AbortSignal): Promise<Episode> {
    const { task, seed, variation = 0 } = request;
    const steps = episodeInSteps(this.world(task), taskNamed(task), seed, variation);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await breath();
      signal?.throwIfAborted();
    }
  }

  private async draw(
    episode: Episode,
    looks: Looks,
    request: SeedRequest,
    { signal, onProgress }: RecordOptions,
  ) {
    const { every = 1, mime = 'image/webp', quality = WEBP_QUALITY } = request;
    const task = taskNamed(request.task);
    const world = this.world(request.task);
    const renderer = (this.renderer ??= new Renderer(PICTURE_SIZE));
    const frames = new Map<number, EncodedImage>();
    task.arrange(world, episode.layout);
    const { length } = episode.configurations;
    for (let i = 0; i < length; i += every) {
      signal?.throwIfAborted();
      const what = `seed ${request.seed}, picture ${i + 1} of ${length}`;
      onProgress?.({ done: i / length, total: 1, what, dropped: 0 });
      world.setConfiguration(episode.configurations[i]);
      task.paint(world, episode.layout);
      renderer.draw(world, looks);
      const blob = await renderer.canvas.convertToBlob({ type: mime, quality });
      if (blob.type !== mime)
        throw new Error(`this browser encodes ${blob.type}, not ${mime}: ask for image/png`);
      frames.set(i, { bytes: new Uint8Array(await blob.arrayBuffer()), mime });
    }
    return frames;
  }
}

/** Lets the thread hear a cancel, at most 60 times a second. */
async function breath(): Promise<void> {
  if (performance.now() - lastBreath < 16) return;
  await new Promise((resolve) => setTimeout(resolve));
  lastBreath = performance.now();
}

let lastBreath = 0;

/** What src/node/record.ts calls inside headless Chromium: plain JSON out, pictures in base64. */

import loadMujoco from '@mujoco/mujoco';
import type { Vec3 } from '../demos/demonstration.ts';
import { Studio } from './recording.ts';
import type { SeedRequest } from './recording.ts';

export interface PageRecording {
  demonstration: Record<string, unknown>;
  objects: Record<string, Vec3[]>;
  seed: number;
  frames: [number, string][];
}

let studio: Promise<Studio> | null = null;

/** The demonstration of one seed, or null where the expert fails on it. */
export async function recordSeed(request: SeedRequest, wasmUrl: string): Promise<PageRecording | null> {
  studio ??= loadMujoco({ locateFile: () => wasmUrl }).then((mujoco) => new Studio(mujoco));
  const recording = await (await studio).recordSeed(request);
  if (!recording) return null;
  return {
    demonstration: Object.fromEntries(
      Object.entries(recording.demonstration).map(([key, value]: [string, unknown]) => [
        key,
        value instanceof Float64Array ? Array.from(value) : value,
      ]),
    ),
    objects: recording.objects,
    seed: recording.seed,
    frames: [...recording.frames].map(([frame, { bytes }]) => [frame, base64(bytes)]),
  };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

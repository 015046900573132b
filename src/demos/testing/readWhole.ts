/** All that a bundle of damaged files says and shows, to be held against the undamaged. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { given, type Files } from '../../../test/fixtures/fixture.ts';
import type { Bundle } from '../demonstration.ts';
import { openFiles } from '../openBundle.ts';

/** Metres, or cosines: changes below are the rounding of low bits. */
const WRONG = 1e-3;
export const READ = ['gripperPose', 'gripperOpen', 'jointPositions', 'jointVelocities'] as const;

export interface Said {
  /** Of numbers and pictures. */
  numbers: string;
  pictures: string;
  texts: string;
  /** Of all of these. */
  all: string;
  demonstrations: Bundle['demonstrations'];
  remarks: string[];
}

/** The column in which one read differs from the other by more than rounding. */
export function wrongColumn(read: Said, whole: Said, columns: (typeof READ)[number][]): string | undefined {
  if (read.demonstrations.length !== whole.demonstrations.length) return 'demonstrations';
  return columns.find((key) =>
    read.demonstrations.some((demo, k) => {
      const [a, b] = [demo[key], whole.demonstrations[k][key]];
      return a?.length !== b?.length || a?.some((value, i) => !(Math.abs(value - b![i]) <= WRONG));
    }),
  );
}

/** All that a bundle says and shows, hashed. @throws what opening and reading do */
export async function readWhole(files: Files): Promise<Said> {
  const bundle = await openFiles(given(files), 'damaged');
  try {
    return await said(bundle);
  } finally {
    bundle.close?.();
  }
}

async function said({ demonstrations, frames, remarks }: Bundle): Promise<Said> {
  const hash = createHash('sha256');
  const shown = createHash('sha256');
  const texts = demonstrations.map(({ task, descriptions, fps, scene }) =>
    JSON.stringify([task, descriptions, fps, scene]),
  );
  for (const demo of demonstrations) {
    for (const key of READ) expect(demo[key]?.every(Number.isFinite) ?? true, key).toBe(true);
    expect(demo.gripperPose.length).toBe(7 * demo.length);
    expect(demo.gripperOpen?.length ?? demo.length).toBe(demo.length);
    for (let i = 0; i < demo.length; i++)
      expect(Math.abs(Math.hypot(...demo.gripperPose.subarray(7 * i + 3, 7 * i + 7)) - 1)).toBeLessThan(
        0.011,
      );
    hash.update(JSON.stringify({ ...demo, task: '', descriptions: [], fps: 0, scene: null }));
    for (const [camera, { layers = [] }] of Object.entries(demo.cameras))
      for (let frame = 0; frame < demo.length; frame++) {
        shown.update((await frames.read(demo.id, camera, frame)).bytes);
        for (const layer of layers)
          shown.update((await frames.readLayer!(demo.id, camera, frame, layer)).values);
      }
  }
  const [pictures, said] = [shown.digest('hex'), texts.join()];
  const numbers = [hash.digest('hex'), pictures].join();
  return { numbers, pictures, texts: said, all: [numbers, said].join(), demonstrations, remarks };
}

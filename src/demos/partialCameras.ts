import type { Demonstration } from './demonstration.ts';

/** Cameras that some demonstrations have and others lack: a dataset has no place for them. */
export function partialCameras(demos: Demonstration[]): string[] {
  const names = new Set(demos.flatMap(({ cameras }) => Object.keys(cameras)));
  return [...names].filter((name) => !demos.every(({ cameras }) => name in cameras));
}

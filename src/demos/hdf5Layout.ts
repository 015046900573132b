/** What the HDF5 formats tell of a file: where in it the states and pictures of each demonstration are. */
import { BundleError } from './bundleError.ts';
import type { Camera, Demonstration } from './demonstration.ts';
import type { Hdf5File } from './hdf5File.ts';
import type { Scene } from './scene.ts';
import { taskName } from './taskName.ts';

const MOST_STATE_WIDTH = 256;

/** One demonstration as a format lays it out: where its datasets are. */
export interface Hdf5Episode extends Pick<
  Demonstration,
  'id' | 'task' | 'variation' | 'descriptions' | 'fps' | 'length'
> {
  /** Names of state vectors to paths of datasets, N x width or N. */
  states: Record<string, string>;
  /** Names of cameras to paths of datasets of pictures. */
  pictures: Record<string, string>;
  calibrations: Record<string, Pick<Camera, 'intrinsics' | 'extrinsics'>>;
  /** Paths of the datasets that say the calibrations. */
  calibrated: string[];
}

export interface Hdf5Layout {
  format: 'robomimic' | 'maniskill';
  episodes: Hdf5Episode[];
  /** Names for the elements of a state vector. */
  labels: (name: string, width: number) => string[];
  scene: Pick<Scene, 'robot' | 'table'> & { frame: string };
  remarks: string[];
}

/** Whether a dataset of this shape can be a state vector of every frame. */
export function isState(shape: number[]): boolean {
  return (
    (shape.length === 1 || shape.length === 2) && (shape[1] ?? 1) >= 1 && (shape[1] ?? 1) <= MOST_STATE_WIDTH
  );
}

/**
 * How many steps an episode has: every dataset of its observations has a row for each.
 * @throws BundleError naming two that differ
 */
export function commonLength(path: string, file: Hdf5File, datasets: string[]): number {
  const rows = (dataset: string) => file.dataset(dataset)?.shape[0] ?? 0;
  const length = datasets.length ? rows(datasets[0]) : 0;
  const other = datasets.find((dataset) => rows(dataset) !== length);
  if (other !== undefined)
    throw new BundleError(
      path,
      `has ${rows(other)} rows in ${other} but ${length} in ${datasets[0]}: write every observation at every step`,
    );
  return length;
}

/** demo_2 before demo_10. */
export function byNumber(a: string, b: string): number {
  const number = (text: string) => Number(/\d+$/.exec(text)?.[0] ?? 0);
  return number(a) - number(b) || (a < b ? -1 : 1);
}

/** "PickPlaceCan" and "PickCube-v1" as "pick_place_can" and "pick_cube". */
export function taskOf(environment: string): string {
  return taskName(environment.replace(/-v\d+$/, '').replace(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

/** What HDF5 files of robomimic and ManiSkill say twice of a demonstration, held against each other. */
import { BundleError } from './bundleError.ts';
import { areClose, exceptions, oddOnesOut } from './exceptions.ts';
import type { Hdf5File } from './hdf5File.ts';

/** Files in float32 against others in float64. */
const CLOSE = 1e-3;
/** Numbers of the pose and velocity of the base, before those of the joints. */
const BODY_STATE = 13;

const AGAIN = 'the file is damaged, take it from its source again';

/** Rows of numbers; null when there is no such dataset, or one that is not N x width. */
function rowsOf(file: Hdf5File, path: string): Float64Array[] | null {
  const { shape } = file.dataset(path) ?? { shape: [] };
  if (shape.length < 2 || shape.length > 3 || !shape.every((size) => size > 0)) return null;
  const values = Float64Array.from(file.rows(path, 0, shape[0]));
  const width = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

function refuse(path: string, place: string, frame: number | undefined, what: string): void {
  if (frame !== undefined) throw new BundleError(path, `frame ${frame} of ${place} ${what}: ${AGAIN}`);
}

/**
 * robomimic: joint positions against their cosines and sines, and observations against next_obs, where the file has
 * them.
 * @throws BundleError naming the frame that contradicts where the others agree
 */
export function checkRobomimic(path: string, file: Hdf5File, demo: string, features: string[]): void {
  const obs = `data/${demo}/obs`;
  for (const feature of features) {
    const rows = rowsOf(file, `${obs}/${feature}`);
    if (!rows) continue;
    for (const [suffix, of] of [
      ['cos', Math.cos],
      ['sin', Math.sin],
    ] as const) {
      const other = rowsOf(file, `${obs}/${feature}_${suffix}`);
      const odd = other && exceptions(rows.length, (i) => areClose(rows[i].map(of), other[i], CLOSE));
      refuse(path, demo, odd?.[0], `has ${feature} and ${feature}_${suffix} that contradict each other`);
    }
    const next = rowsOf(file, `data/${demo}/next_obs/${feature}`);
    const odd = next && exceptions(rows.length - 1, (i) => areClose(rows[i + 1], next[i], CLOSE));
    refuse(path, demo, odd?.map((i) => i + 1)[0], `has another ${feature} than next_obs before it`);
  }
}

/**
 * ManiSkill: the calibration of every camera against other frames and cam2world_gl, and qpos and qvel of the agent
 * against env_states.
 * @throws BundleError as checkRobomimic does
 */
export function checkManiskill(path: string, file: Hdf5File, trajectory: string, cameras: string[]): void {
  for (const camera of cameras) {
    const group = `${trajectory}/obs/sensor_param/${camera}`;
    const [extrinsics, intrinsics, poses] = ['extrinsic_cv', 'intrinsic_cv', 'cam2world_gl'].map((key) =>
      rowsOf(file, `${group}/${key}`),
    );
    if (intrinsics)
      refuse(path, group, oddOnesOut(intrinsics, CLOSE)[0], 'has another intrinsic_cv than the others');
    if (extrinsics)
      refuse(path, group, oddOnesOut(extrinsics, CLOSE / 10)[0], 'has another extrinsic_cv than the others');
    if (!extrinsics || !poses || poses.length !== extrinsics.length) continue;
    const fits = (i: number) => areClose(openGlPose(extrinsics[i]), poses[i].subarray(0, 12), CLOSE);
    refuse(
      path,
      group,
      exceptions(poses.length, fits)[0],
      'has extrinsic_cv and cam2world_gl that contradict each other',
    );
  }
  for (const robot of file.keys(`${trajectory}/env_states/articulations`)) {
    const states = rowsOf(file, `${trajectory}/env_states/articulations/${robot}`);
    const agent = ['qpos', 'qvel'].map((key) => rowsOf(file, `${trajectory}/obs/agent/${key}`));
    const joints = agent[0]?.[0].length ?? 0;
    if (states?.[0].length !== BODY_STATE + 2 * joints) continue;
    for (const [k, rows] of agent.entries()) {
      if (rows?.length !== states.length || rows[0].length !== joints) continue;
      const start = BODY_STATE + k * joints;
      const fits = (i: number) => areClose(rows[i], states[i].subarray(start, start + joints), CLOSE);
      refuse(
        path,
        trajectory,
        exceptions(rows.length, fits)[0],
        `has another ${['qpos', 'qvel'][k]} than env_states`,
      );
    }
  }
}

/** An episode's length as something else in the data says it; null where nothing does. */
export interface SaidLength {
  id: string;
  length: number;
  said: number | null;
}

/**
 * @param where says it, e.g. "num_samples"
 * @returns a remark where many part, since then the numbers may be of other data
 * @throws BundleError naming the one whose length is not what is said of it where nearly all others' is
 */
export function checkLengths(path: string, where: string, episodes: SaidLength[]): string[] {
  const told = episodes.filter(({ said }) => said !== null);
  const agrees = (i: number) => told[i].said === told[i].length;
  const words = ({ id, length, said }: SaidLength) =>
    `${said} frames of ${id} by ${where}, where ${length} are`;
  const [odd] = exceptions(told.length, agrees);
  if (odd !== undefined) throw new BundleError(path, `has ${words(told[odd])}: ${AGAIN}`);
  const parting = told.find((_, i) => !agrees(i));
  return parting ? [`${path} has ${words(parting)}: one may be damaged.`] : [];
}

/** OpenCV's world to camera, 3x4, as OpenGL's camera to world: its y and z axes turned. */
function openGlPose(e: Float64Array): number[] {
  return [0, 1, 2].flatMap((j) => {
    const [x, y, z] = [e[j], e[4 + j], e[8 + j]];
    return [x, -y, -z, -(x * e[3] + y * e[7] + z * e[11])];
  });
}

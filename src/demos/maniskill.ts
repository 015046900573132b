/** The layout of ManiSkill's trajectories: traj_<id> in an HDF5 file, and a JSON file of the same name beside it. */
import * as v from 'valibot';
import { BundleError } from './bundleError.ts';
import { cameraPoses } from './cameraPoses.ts';
import { calibration } from './checkDemonstration.ts';
import type { Camera } from './demonstration.ts';
import type { FileTree } from './fileTree.ts';
import { checkLengths, checkManiskill } from './hdf5Checks.ts';
import type { Hdf5File } from './hdf5File.ts';
import { pictureSize } from './hdf5Frames.ts';
import { byNumber, commonLength, isState, taskOf, type Hdf5Episode, type Hdf5Layout } from './hdf5Layout.ts';
import { issueText } from './schemaIssue.ts';
import { MANISKILL_FRAME, robotName } from './scene.ts';
import { labelsByName } from './stateMapping.ts';

const JSON_BYTES = 64 * 2 ** 20;
const FPS = 20;
/** qpos of ManiSkill's Panda: seven joints and two fingers. */
const PANDA = 9;
/** Environments whose table's top is at z = 0. */
const ON_TABLE = ['PickCube-v1', 'PushCube-v1', 'StackCube-v1'];

const Json = v.object({
  env_info: v.object({
    env_id: v.string(),
    env_kwargs: v.optional(
      v.object({
        robot_uids: v.optional(v.unknown()),
        sim_config: v.optional(v.object({ control_freq: v.optional(v.pipe(v.number(), v.gtValue(0))) })),
      }),
    ),
  }),
  episodes: v.optional(
    v.array(v.object({ episode_id: v.optional(v.unknown()), elapsed_steps: v.optional(v.unknown()) })),
  ),
});

/**
 * Null when the file is of another layout.
 * @throws BundleError when its JSON is damaged, or it has no observations
 */
export async function readManiskill(
  path: string,
  file: Hdf5File,
  tree: FileTree,
  signal?: AbortSignal,
): Promise<Hdf5Layout | null> {
  const trajectories = file.keys('/').filter((key) => /^traj_\d+$/.test(key));
  if (!trajectories.length) return null;
  const remarks: string[] = [];
  const jsonPath = path.replace(/\.\w+$/, '.json');
  const info = tree.has(jsonPath) ? parsed(jsonPath, await tree.read(jsonPath, JSON_BYTES, signal)) : null;
  if (!info) remarks.push(`${jsonPath} is missing: the file's name stands for the task.`);
  const name = info?.env_info.env_id ?? path.slice(path.lastIndexOf('/') + 1).replace(/\..*$/, '');
  const task = taskOf(name);
  const fps = info?.env_info.env_kwargs?.sim_config?.control_freq ?? FPS;
  const episodes = trajectories.sort(byNumber).map((id): Hdf5Episode => {
    const obs = `${id}/obs`;
    // With obs_mode "state" it is one vector.
    const groups = (group: string) => (file.dataset(obs) ? [] : file.keys(`${obs}/${group}`));
    const states: Hdf5Episode['states'] = {};
    for (const group of ['agent', 'extra'])
      for (const key of groups(group)) {
        const dataset = `${obs}/${group}/${key}`;
        if (isState(file.dataset(dataset)?.shape ?? [])) states[`${group}/${key}`] = dataset;
      }
    const pictures: Hdf5Episode['pictures'] = {};
    const calibrations: Hdf5Episode['calibrations'] = {};
    const calibrated: string[] = [];
    for (const camera of groups('sensor_data')) {
      const dataset = `${obs}/sensor_data/${camera}/rgb`;
      const found = file.dataset(dataset);
      if (found?.kind !== 'byte' || !pictureSize(found.shape)) continue;
      pictures[camera] = dataset;
      const param = `${obs}/sensor_param/${camera}`;
      calibrations[camera] = calibrationOf(file, param, found.shape[0]);
      const matrices = ['extrinsic_cv', 'intrinsic_cv'].map((key) => `${param}/${key}`);
      calibrated.push(...matrices.filter((dataset) => file.dataset(dataset)));
    }
    if (!Object.keys(pictures).length)
      throw new BundleError(
        path,
        `has no pictures in ${id} (obs_mode none or state): replay it with "python -m mani_skill.trajectory.replay_trajectory --obs-mode rgb --save-traj"`,
      );
    checkManiskill(path, file, id, Object.keys(pictures));
    return {
      id,
      task,
      variation: 0,
      descriptions: [task.replaceAll('_', ' ')],
      fps,
      length: commonLength(path, file, [...Object.values(states), ...Object.values(pictures)]),
      states,
      pictures,
      calibrations,
      calibrated,
    };
  });
  const steps = new Map(
    info?.episodes?.map((said) => [`traj_${said.episode_id as number}`, said.elapsed_steps]),
  );
  const said = episodes.map(({ id, length }) => {
    const elapsed = steps.get(id);
    // Observations are one more than the steps between them.
    return { id, length, said: typeof elapsed === 'number' ? elapsed + 1 : null };
  });
  remarks.push(...checkLengths(path, `elapsed_steps of ${jsonPath}`, said));
  return {
    format: 'maniskill',
    episodes,
    labels: labelsOf,
    scene: {
      robot: robotName(info?.env_info.env_kwargs?.robot_uids),
      frame: MANISKILL_FRAME,
      table: info && ON_TABLE.includes(info.env_info.env_id) ? 0 : null,
    },
    remarks,
  };
}

function labelsOf(name: string, width: number): string[] {
  if (/^agent\/q(pos|vel)$/.test(name) && width === PANDA)
    return [...Array.from({ length: 7 }, (_, i) => `joint_${i + 1}`), 'gripper_left', 'gripper_right'];
  return labelsByName(name, width, true);
}

function parsed(path: string, bytes: Uint8Array): v.InferOutput<typeof Json> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BundleError(path, 'is no JSON: save the trajectories anew');
  }
  const { success, output, issues } = v.safeParse(Json, json);
  if (success) return output;
  throw new BundleError(path, `does not describe trajectories at ${issueText(issues[0])}`);
}

/** OpenCV's camera, world to camera, turned into camera to world. */
function calibrationOf(
  file: Hdf5File,
  group: string,
  length: number,
): Pick<Camera, 'intrinsics' | 'extrinsics'> {
  const matrices = (key: string, size: number): number[][] => {
    const { shape } = file.dataset(`${group}/${key}`) ?? { shape: [] };
    if (shape.length !== 3 || shape[1] * shape[2] !== size) return [];
    const values = file.rows(`${group}/${key}`, 0, shape[0]);
    return Array.from({ length: shape[0] }, (_, i) =>
      Array.from({ length: size }, (__, j) => Number(values[i * size + j])),
    );
  };
  const [intrinsics] = matrices('intrinsic_cv', 9);
  return calibration(intrinsics, cameraPoses(matrices('extrinsic_cv', 12).map(inverted)), length);
}

/** 3x4 [R | t] to the 4x4 of its inverse, [R' | -R' t]. */
function inverted(e: number[]): number[] {
  const rows = [0, 1, 2].map((j) => {
    const column = [e[j], e[4 + j], e[8 + j]];
    return [...column, -(column[0] * e[3] + column[1] * e[7] + column[2] * e[11])];
  });
  return [...rows.flat(), 0, 0, 0, 1];
}

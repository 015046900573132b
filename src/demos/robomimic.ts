/** The layout of robomimic's HDF5 files, which LIBERO's share: data/demo_i/obs/<key>. */
import { BundleError } from './bundleError.ts';
import { checkLengths, checkRobomimic } from './hdf5Checks.ts';
import type { Hdf5File } from './hdf5File.ts';
import { pictureSize } from './hdf5Frames.ts';
import { byNumber, commonLength, isState, taskOf, type Hdf5Episode, type Hdf5Layout } from './hdf5Layout.ts';
import { ROBOSUITE_FRAME, robotName } from './scene.ts';
import { labelsByName } from './stateMapping.ts';

/** robosuite's control frequency unless the file says another. */
const FPS = 20;

/** Heights of the table's top in environments of robosuite that let nobody change it. */
const TABLES = new Map<unknown, number>([
  ['Lift', 0.8],
  ['Stack', 0.8],
]);

/** Null when the file is of another layout. */
export function readRobomimic(path: string, file: Hdf5File): Hdf5Layout | null {
  const demos = file.keys('data').filter((key) => /^demo_\d+$/.test(key));
  if (!demos.length) return null;
  const environment = described(path, file, 'env_args');
  const instruction = described(path, file, 'problem_info').language_instruction;
  const { control_freq, robots } = (environment.env_kwargs ?? {}) as Record<string, unknown>;
  const name =
    typeof environment.env_name === 'string' && environment.env_name
      ? environment.env_name
      : path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const task = taskOf(name);
  const words = typeof instruction === 'string' && instruction ? instruction : task.replaceAll('_', ' ');
  const episodes = demos.sort(byNumber).map((demo): Hdf5Episode => {
    const states: Hdf5Episode['states'] = {};
    const pictures: Hdf5Episode['pictures'] = {};
    for (const key of file.keys(`data/${demo}/obs`)) {
      const dataset = `data/${demo}/obs/${key}`;
      const { shape, kind } = file.dataset(dataset) ?? { shape: [], kind: 'float' };
      if (kind === 'byte' && pictureSize(shape)) pictures[key.replace(/_(image|rgb)$/, '')] = dataset;
      else if (isState(shape)) states[key] = dataset;
    }
    if (!Object.keys(pictures).length)
      throw new BundleError(
        path,
        `has no pictures in data/${demo}/obs (bytes, frames x height x width x 3): write them with robomimic's dataset_states_to_obs.py`,
      );
    checkRobomimic(path, file, demo, Object.keys(states));
    return {
      id: demo,
      task,
      variation: 0,
      descriptions: [words],
      fps: typeof control_freq === 'number' && control_freq > 0 && control_freq <= 1000 ? control_freq : FPS,
      length: commonLength(path, file, [...Object.values(states), ...Object.values(pictures)]),
      states,
      pictures,
      calibrations: {},
      calibrated: [],
    };
  });
  const count = (place: string, attribute: string) => {
    const said = file.attribute(place, attribute);
    return typeof said === 'number' ? said : null;
  };
  const said = episodes.map(({ id, length }) => ({ id, length, said: count(`data/${id}`, 'num_samples') }));
  const [frames, total] = [episodes.reduce((sum, { length }) => sum + length, 0), count('data', 'total')];
  const remarks = [
    'The file holds no calibration of its cameras: nothing can be drawn into the pictures.',
    ...checkLengths(path, 'num_samples', said),
    ...(total === null || total === frames
      ? []
      : [
          `${path} has ${total} frames by the attribute total, its demonstrations ${frames}: one may be damaged.`,
        ]),
  ];
  return {
    format: 'robomimic',
    episodes,
    labels: (key, width) => labelsByName(key, width),
    scene: {
      robot: robotName(robots),
      frame: ROBOSUITE_FRAME,
      table: TABLES.get(environment.env_name) ?? null,
    },
    remarks,
  };
}

/** What a JSON attribute of the data says; nothing when there is none. @throws BundleError when it is no JSON object */
function described(path: string, file: Hdf5File, attribute: string): Record<string, unknown> {
  const text = file.attribute('data', attribute);
  if (typeof text !== 'string' || !text) return {};
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    found = null;
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new BundleError(
      path,
      `has an attribute ${attribute} of data that is no JSON object: write it anew`,
    );
  return found as Record<string, unknown>;
}

/** What RLBench's pickles say twice, held against each other: a loose pickle has no checksum. */
import { BundleError } from './bundleError.ts';
import type { Demonstration } from './demonstration.ts';
import { areClose, exceptions, oddOnesOut } from './exceptions.ts';
import { LOWER_LIMITS, UPPER_LIMITS } from './pandaLimits.ts';
import { PickledArray, type PickleValue } from './pickleGlobals.ts';
import { poseMatrix, seenFrom } from './rotations.ts';

type Observation = Map<PickleValue, PickleValue>;

/** Metres, or cosines of axes. RLBench's numbers come out of a simulator in float32. */
const CLOSE = 1e-3;
/** As rlbench.ts tells a camera that stands still. */
const STILL = 1e-4;
/** The wrist camera gives with the arm's force sensor. */
const MOUNTED = 5e-3;
/** Of a Panda's finger in metres: RLBench says open above 0.9 or 0.95 of 0.04. */
const [OPEN_FROM, CLOSED_TO, FINGER_RANGE] = [0.034, 0.0395, 0.041];

/** Radians past a joint's limit: a simulated joint gives a little. */
const PAST_LIMIT = 0.05;

/**
 * @returns what of an episode nothing in it could be held against
 * @throws BundleError naming the frame at which two values contradict each other that agree elsewhere, or a variation
 * number that is not the one observed
 */
export function checkObservations(
  file: string,
  observations: Observation[],
  demo: Demonstration,
  number: { file: string; variation: number | null },
): string[] {
  const refuse = (frame: number | null | undefined, what: string) => {
    if (typeof frame === 'number')
      throw new BundleError(
        file,
        `frame ${frame} ${what}: the file is damaged, take it from its source again`,
      );
  };
  const column = (key: string) => numbersOf(observations, (observation) => observation.get(key));

  const matrices = column('gripper_matrix');
  const poses = observations.map((_, i) => poseMatrix(demo.gripperPose.subarray(7 * i, 7 * i + 7)));
  const agrees = (i: number) => areClose(poses[i], matrices![i].subarray(0, 12), CLOSE);
  if (matrices)
    refuse(
      exceptions(observations.length, agrees)[0],
      'has a gripper pose and a gripper matrix that contradict each other',
    );

  const opens = column('gripper_open')!.map(([open]) => open);
  refuse(
    exceptions(opens.length, (i) => opens[i] === 0 || opens[i] === 1)[0],
    'has a gripper opening between open and closed',
  );
  const fingers = column('gripper_joint_positions');
  const areFingers = fingers?.every(([a, b]) => a !== undefined && b !== undefined) ?? false;
  const fits = (i: number) => {
    const finger = fingers![i][0];
    if (!(finger > -FINGER_RANGE && finger < FINGER_RANGE)) return false;
    return demo.gripperOpen![i] ? finger > OPEN_FROM : finger < CLOSED_TO;
  };
  if (areFingers)
    refuse(exceptions(opens.length, fits)[0], 'has a gripper opening that its fingers contradict');

  for (const camera of camerasOf(observations)) {
    const rowsOf = (what: string) => {
      const key = `${camera}_camera_${what}`;
      refuse(
        lacking(observations, (observation) => misc(observation, key)),
        `has no ${key}`,
      );
      return numbersOf(observations, (observation) => misc(observation, key));
    };
    for (const what of ['intrinsics', 'near', 'far']) {
      const rows = rowsOf(what);
      refuse(rows && oddOnesOut(rows, 0)[0], `has another ${camera}_camera_${what} than the other frames`);
    }
    const rows = rowsOf('extrinsics');
    if (!rows)
      throw new BundleError(
        file,
        `has ${camera}_camera_intrinsics and no extrinsics: take it from its source again`,
      );
    const mounted = rows.map((row, i) => seenFrom(poses[i], row));
    refuse(
      [...oddOnesOut(rows, STILL), ...oddOnesOut(mounted, MOUNTED)][0],
      `has ${camera}_camera_extrinsics that differ from those of the other frames`,
    );
  }
  for (const key of ['joint_positions', 'joint_velocities']) {
    if (!observations.some((observation) => observation.has(key)))
      throw new BundleError(file, `has no ${key}, not even an empty one: take it from its source again`);
    refuse(
      lacking(observations, (observation) => observation.get(key)),
      `has no ${key}`,
    );
  }

  // Of another arm, of as many joints, more frames than a few lie outside.
  const joints = column('joint_positions');
  const beyond = (row: Float64Array) =>
    [...row].findIndex((q, j) => !(q > LOWER_LIMITS[j] - PAST_LIMIT && q < UPPER_LIMITS[j] + PAST_LIMIT));
  if (joints?.every((row) => row.length === LOWER_LIMITS.length)) {
    const [frame] = exceptions(joints.length, (i) => beyond(joints[i]) < 0);
    if (frame !== undefined) {
      const j = beyond(joints[frame]);
      refuse(frame, `has joint ${j + 1} at ${joints[frame][j].toPrecision(3)} rad, beyond a Panda's limits`);
    }
  }

  const variations = numbersOf(observations, (observation) => misc(observation, 'variation_index'));
  const seen = variations?.map(([variation]) => variation);
  refuse(variations && oddOnesOut(variations, 0)[0], 'is of another variation than the other frames');
  if (number.variation !== null && seen && !seen.includes(number.variation))
    throw new BundleError(
      number.file,
      `says variation ${number.variation} where low_dim_obs.pkl has ${seen[0]}: one is damaged, take both from their source again`,
    );
  const none = (holds: (i: number) => boolean) => !observations.some((_, i) => holds(i));
  return [
    ...(!matrices || none(agrees) ? ['gripper poses'] : []),
    ...(!areFingers || none(fits) ? ['gripper openings'] : []),
    'joint positions and velocities (small changes)',
    'sentences',
  ];
}

function misc(observation: Observation, key: string): PickleValue {
  const values = observation.get('misc');
  return (values instanceof Map ? values.get(key) : null) ?? null;
}

/** A vector of every frame, or null where a frame has none. */
function numbersOf(
  observations: Observation[],
  of: (observation: Observation) => PickleValue | undefined,
): Float64Array[] | null {
  const rows = observations.map((observation) => {
    const value = of(observation);
    return value instanceof PickledArray
      ? value.values
      : typeof value === 'number'
        ? Float64Array.of(value)
        : null;
  });
  return rows.every((row) => row !== null) ? rows : null;
}

/** The first of few frames in which a value is missing. */
function lacking(
  observations: Observation[],
  of: (observation: Observation) => PickleValue | undefined,
): number | undefined {
  return exceptions(observations.length, (i) => (of(observations[i]) ?? null) !== null)[0];
}

/** Cameras of which misc has intrinsics. */
function camerasOf(observations: Observation[]): string[] {
  const keys = observations.flatMap((observation) => {
    const values = observation.get('misc');
    return values instanceof Map ? [...values.keys()] : [];
  });
  const names = [...new Set(keys)].map(
    (key) => typeof key === 'string' && /^(\w+)_camera_intrinsics$/.exec(key)?.[1],
  );
  return names.filter((name) => typeof name === 'string');
}

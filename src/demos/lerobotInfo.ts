/** meta/info.json of a LeRobot dataset, and where in its features the gripper's state stands. */
import * as v from 'valibot';
import { BundleError } from './bundleError.ts';

const FeatureSchema = v.object({
  dtype: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  names: v.optional(v.unknown()),
  info: v.optional(v.unknown()),
});
const InfoSchema = v.object({
  codebase_version: v.string(),
  fps: v.pipe(v.number(), v.gtValue(0), v.finite()),
  data_path: v.optional(v.string(), 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet'),
  features: v.record(v.string(), FeatureSchema),
});

export type Feature = v.InferOutput<typeof FeatureSchema>;
export type Info = v.InferOutput<typeof InfoSchema>;

const CONVERTER = 'lerobot/scripts/convert_dataset_v21_to_v30.py';

/** @throws BundleError when it is no info.json, or of another version than 3.0 */
export function parseInfo(path: string, bytes: Uint8Array): Info {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new BundleError(path, 'is no JSON: zip the dataset anew');
  }
  const { success, output, issues } = v.safeParse(InfoSchema, json);
  if (!success) {
    const where = v.getDotPath(issues[0]) ?? 'the whole';
    throw new BundleError(path, `does not describe a LeRobot dataset at ${where}: ${issues[0].message}`);
  }
  if (!/^v?3\./.test(output.codebase_version))
    throw new BundleError(
      path,
      `is of version ${output.codebase_version}, not v3.0: convert it with ${CONVERTER}`,
    );
  return output;
}

/** A column of the data and the places in its vectors. */
export interface Place {
  feature: string;
  at: number[];
}

export interface StatePlaces {
  position: Place;
  /** x, y, z, w. */
  quaternion: Place | null;
  /** Axis times angle in radians. */
  rotationVector: Place | null;
  gripper: Place;
  /** Whether the gripper's number is named as open (1) or closed (0), and not as a width. */
  gripperIsOpenness: boolean;
  jointPositions: string | null;
  jointVelocities: string | null;
}

/**
 * Finds the gripper by the names of the features, observation.state first, never in actions.
 * @throws BundleError that names the features when there is no position or no gripper
 */
export function findState(path: string, features: Info['features']): StatePlaces {
  const names = Object.keys(features).filter(
    (name) => name.startsWith('observation.') && isVector(features[name]),
  );
  names.sort((a, b) => Number(b === 'observation.state') - Number(a === 'observation.state'));
  const find = (...axes: RegExp[]): Place | null => {
    for (const feature of names) {
      const labels = labelsOf(feature, features[feature]);
      const at = axes.map((axis) => labels.findIndex((label) => axis.test(label)));
      if (!at.includes(-1)) return { feature, at };
    }
    return null;
  };
  const position = find(axis('x'), axis('y'), axis('z'));
  const openness = find(/(^|[._])gripper_open(ness)?$/);
  const gripper = openness ?? find(/gripper/);
  if (!position || !gripper) {
    const seen = names.map((name) => `${name} [${labelsOf(name, features[name]).join(', ')}]`);
    throw new BundleError(
      path,
      `names no ${position ? 'gripper opening' : 'end-effector position (x, y, z)'} among its features; it has ` +
        `${seen.join('; ') || 'no observation vectors'}: add names such as x, y, z, qx, qy, qz, qw, gripper_open`,
    );
  }
  const joints = (pattern: RegExp) => names.find((name) => pattern.test(name)) ?? null;
  return {
    position,
    quaternion: find(quaternion('x'), quaternion('y'), quaternion('z'), quaternion('w')),
    rotationVector: find(axis('wx'), axis('wy'), axis('wz')),
    gripper,
    gripperIsOpenness: openness !== null,
    jointPositions: joints(/joint_?pos/),
    jointVelocities: joints(/joint_?vel/),
  };
}

/** "x", "ee.x", "eef_pos_x", "pose.x". */
const axis = (letter: string) => new RegExp(`(^|[._/ ])${letter}$`, 'i');
/** "qx", "quat_x", "ee.qx". */
const quaternion = (letter: string) => new RegExp(`(^|[._/ ])(q|quat_|rot_q)${letter}$`, 'i');

function isVector({ dtype, shape }: Feature): boolean {
  return shape.length === 1 && /^(float|int|bool)/.test(dtype);
}

/** The names of a vector's elements; a nameless pose is x, y, z and, when it has 7, the quaternion x, y, z, w. */
function labelsOf(feature: string, { names, shape }: Feature): string[] {
  const nested: unknown =
    names && typeof names === 'object' && !Array.isArray(names) ? Object.values(names)[0] : names;
  if (Array.isArray(nested) && nested.length === shape[0] && !/^\w+_?\d+$/.test(String(nested[0])))
    return nested.map(String);
  const last = feature.slice(feature.lastIndexOf('.') + 1);
  if (/pose$/.test(last) && shape[0] >= 3)
    return ['x', 'y', 'z', ...(shape[0] === 7 ? ['qx', 'qy', 'qz', 'qw'] : [])];
  return shape[0] === 1 ? [last] : [];
}

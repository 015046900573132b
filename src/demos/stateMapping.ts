/** Which columns of a dataset are the gripper's pose, its opening and the joints: proposed by name, changed by hand. */
import { BundleError } from './bundleError.ts';

/** A vector that the dataset has for every frame. */
export interface StateFeature {
  name: string;
  width: number;
  /** Names of its elements; empty when it has none. */
  labels: string[];
}

/** A feature and which of its elements. */
export interface Place {
  feature: string;
  at: number[];
}

export const LENGTH_UNITS = { m: 1, cm: 0.01, mm: 0.001 } as const;

/** Elements that each takes. */
export const ROTATION_FORMS = {
  'quaternion x, y, z, w': 4,
  'quaternion w, x, y, z': 4,
  'rotation vector (rad)': 3,
  'roll, pitch, yaw (rad)': 3,
} as const;

export const GRIPPER_FORMS = ['openness, 0 to 1', 'grows as it opens', 'grows as it closes'] as const;

export interface StateMapping {
  /** x, y, z. */
  position: Place;
  unit: keyof typeof LENGTH_UNITS;
  /** Null: the gripper is taken as unrotated. */
  rotation: (Place & { form: keyof typeof ROTATION_FORMS }) | null;
  /** Null: its opening is not recorded. */
  gripper: (Place & { form: (typeof GRIPPER_FORMS)[number] }) | null;
  /** Radians. */
  jointPositions: Place | null;
  /** Radians a second. */
  jointVelocities: Place | null;
}

/** What the reader of a dataset may decide on, with a few rows to decide by. */
export interface MappingOffer {
  features: StateFeature[];
  /** The first rows of the first demonstration, by feature. */
  rows: Record<string, number[][]>;
  mapping: Partial<StateMapping>;
  /** Why the mapping is no more than a guess, which somebody must look at before it is used; null: names tell it. */
  guess: string | null;
  /** Whose frame of reference positions are in, a sentence. */
  frame: string;
}

/** Thrown when names do not tell position and gripper opening: the offer is what they could be. */
export class MappingNeeded extends BundleError {
  override name = 'MappingNeeded';
  constructor(
    file: string,
    reason: string,
    readonly offer: MappingOffer,
  ) {
    super(file, reason);
  }
}

const CHOOSE =
  'choose the columns (on the page, or by --mapping), or add names such as x, y, z, qx, qy, qz, qw, gripper_open';
const LIBERO = ['x', 'y', 'z', 'wx', 'wy', 'wz', 'gripper_1', 'gripper_2'];
const END_EFFECTOR = /(^|[._/0-9])(ee|eef|tcp|tool|hand|end_?effector|gripper)(?![a-z])/i;
const POSES = ['x', 'y', 'z', 'qx', 'qy', 'qz', 'qw'];
/** "motor_0", "state_3", "7": a name that tells nothing, other than "joint_0" does. */
export const NUMBERED = /^(?!joint|gripper|finger)[a-z]*_?\d+$/i;

const isNumbered = (label: string) => NUMBERED.test(label);
/** What may be a gripper's opening. */
const MAY_OPEN = /grip|finger|jaw|claw|hand|open|clos|width|suction|vacuum|tool/i;

/**
 * Names for the elements of a vector that gives none: poses of the end effector by the feature's name, a lone number by
 * its feature.
 * @param scalarFirst whether a pose's quaternion is w, x, y, z
 */
export function labelsByName(name: string, width: number, scalarFirst = false): string[] {
  const last = name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1);
  const pose = scalarFirst ? ['x', 'y', 'z', 'qw', 'qx', 'qy', 'qz'] : POSES;
  const own = END_EFFECTOR.test(name);
  if ((own || last === 'pose') && /pose$/.test(last) && (width === 7 || width === 3))
    return pose.slice(0, width);
  if (own && /pos(ition)?$/.test(last) && width === 3) return pose.slice(0, 3);
  if (own && /quat(ernion)?$/.test(last) && width === 4) return pose.slice(3);
  if (own && /(ori|rotvec|axis_?angle)$/.test(last) && width === 3) return ['wx', 'wy', 'wz'];
  if (width === 1) return [last];
  return width === 2 && /gripper/.test(last) ? [`${last}_1`, `${last}_2`] : [];
}

/**
 * What the names of features and their elements tell; actions and velocities never stand for a state. A gripper is left
 * out as null only where every number has a name and none is a gripper's: else it is for somebody to choose.
 */
export function proposeMapping(features: StateFeature[]): Partial<StateMapping> {
  const rank = ({ name }: StateFeature) => (isState(name) ? 0 : END_EFFECTOR.test(name) ? 1 : 2);
  const states = features.filter(({ name }) => !/(vel|effort|force|torque)s?$/i.test(name));
  const ranked = states.sort((a, b) => rank(a) - rank(b));
  const find = (...axes: RegExp[]): Place | null => {
    for (const { name, labels } of ranked) {
      const at = axes.map((pattern) => labels.findIndex((label) => pattern.test(label)));
      if (!at.includes(-1)) return { feature: name, at };
    }
    return null;
  };
  const position = find(axis('x'), axis('y'), axis('z'));
  const openness = find(/(^|[._])gripper_open(ness)?$/);
  const gripper = openness ?? find(/gripper/);
  const named = states.every(({ width, labels }) => labels.length === width && !labels.some(isNumbered));
  const opens = ({ name, labels }: StateFeature) => [name, ...labels].some((word) => MAY_OPEN.test(word));
  const none = named && !states.some(opens);
  const quaternion = find(...['x', 'y', 'z', 'w'].map(quaternionAxis));
  const vector = find(axis('wx'), axis('wy'), axis('wz'));
  const euler = find(axis('roll'), axis('pitch'), axis('yaw'));
  return {
    unit: 'm',
    ...(position && { position }),
    ...(gripper && { gripper: { ...gripper, form: openness ? GRIPPER_FORMS[0] : GRIPPER_FORMS[1] } }),
    ...(position && none && { gripper: null }),
    rotation:
      (quaternion && { ...quaternion, form: 'quaternion x, y, z, w' as const }) ??
      (vector && { ...vector, form: 'rotation vector (rad)' as const }) ??
      (euler && { ...euler, form: 'roll, pitch, yaw (rad)' as const }),
    jointPositions: joints(features, /joint_?pos(itions?)?$|joint_states$|(^|[._/])qpos$/),
    jointVelocities: joints(features, /joint_?vel(ocit(y|ies))?$|(^|[._/])qvel$/),
  };
}

/**
 * What names tell, else a guess from the count: eight numbers without telling names may be LIBERO's, and may as well be
 * seven joints and a gripper.
 */
export function offeredMapping(features: StateFeature[]): Pick<MappingOffer, 'mapping' | 'guess'> {
  const mapping = proposeMapping(features);
  const state = features.find(({ name, width }) => isState(name) && width === LIBERO.length);
  if (mapping.position || !state?.labels.every((label) => NUMBERED.test(label)))
    return { mapping, guess: null };
  const at = (...names: string[]) => ({
    feature: state.name,
    at: names.map((name) => LIBERO.indexOf(name)),
  });
  return {
    mapping: {
      ...mapping,
      position: at('x', 'y', 'z'),
      rotation: { ...at('wx', 'wy', 'wz'), form: 'rotation vector (rad)' },
      gripper: { ...at('gripper_1'), form: GRIPPER_FORMS[1] },
    },
    guess:
      `names none of the ${state.width} numbers of ${state.name}: that they are x, y, z in metres, a rotation vector ` +
      "and two fingers, as LIBERO's are, is a guess from their count, and seven joints and a gripper are as many",
  };
}

/** "x", "ee.x", "eef_pos_x", "pose.x". */
const axis = (letter: string) => new RegExp(`(^|[._/ ])${letter}$`, 'i');
/** "qx", "quat_x", "ee.qx". */
const quaternionAxis = (letter: string) => new RegExp(`(^|[._/ ])(q|quat_|rot_q)${letter}$`, 'i');

function joints(features: StateFeature[], pattern: RegExp): Place | null {
  const found = features.find(({ name }) => pattern.test(name) && !/gripper/.test(name));
  if (!found) return null;
  const all = Array.from({ length: found.width }, (_, i) => i);
  return { feature: found.name, at: all.filter((i) => !/gripper|finger/.test(found.labels[i] ?? '')) };
}

const isState = (name: string) => name === 'observation.state' || name === 'state';

/** Whether a mapping has all that a demonstration needs. */
export function isWhole(mapping: Partial<StateMapping>): mapping is StateMapping {
  return Boolean(mapping.position && mapping.gripper !== undefined && mapping.unit);
}

export const TO_CHOOSE = 'still to choose';

/** What was proposed, and where somebody must still choose, TO_CHOOSE: JSON that is a mapping once that is done. */
export function mappingTemplate(proposed: Partial<StateMapping>): Record<keyof StateMapping, unknown> {
  const { position = TO_CHOOSE, unit = 'm', rotation = null, gripper = TO_CHOOSE } = proposed;
  const { jointPositions = null, jointVelocities = null } = proposed;
  return { position, unit, rotation, gripper, jointPositions, jointVelocities };
}

/**
 * The mapping given by hand, else the one that names propose.
 * @throws MappingNeeded naming the features when neither says where position and gripper stand, or the proposal is a
 * guess; BundleError when the given one points at what is not there
 */
export function chooseMapping(file: string, offer: MappingOffer, given?: StateMapping): StateMapping {
  const mapping = given ?? offer.mapping;
  if (!given && offer.guess)
    throw new MappingNeeded(file, `${offer.guess}: compare it with the first rows, ${CHOOSE}`, offer);
  if (!isWhole(mapping)) {
    const what = mapping.position
      ? 'gripper opening (null in a mapping: there is none)'
      : 'end-effector position (x, y, z)';
    const seen = offer.features.map(({ name, width, labels }) => `${name} [${labels.join(', ') || width}]`);
    throw new MappingNeeded(
      file,
      `names no ${what} among its features; it has ${seen.join('; ') || 'no observation vectors'}: ` + CHOOSE,
      offer,
    );
  }
  const { position, rotation, gripper, jointPositions, jointVelocities } = mapping;
  const places: [string, Place | null, number][] = [
    ['position', position, 3],
    ['rotation', rotation, rotation ? ROTATION_FORMS[rotation.form] : 0],
    ['gripper', gripper, 1],
    ['joint positions', jointPositions, jointPositions?.at.length ?? 0],
    ['joint velocities', jointVelocities, jointVelocities?.at.length ?? 0],
  ];
  for (const [what, place, count] of places) {
    if (!place) continue;
    const feature = offer.features.find(({ name }) => name === place.feature);
    const fits = place.at.every((i) => Number.isInteger(i) && i >= 0 && i < (feature?.width ?? 0));
    if (!feature || place.at.length < count || !fits)
      throw new BundleError(
        file,
        `has no elements ${place.at.join(', ')} of ${place.feature} for the ${what}: choose ${count} that are there`,
      );
  }
  return mapping;
}

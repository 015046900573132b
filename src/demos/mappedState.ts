/** A demonstration's state out of a dataset's columns by a mapping. */
import type { Demonstration } from './demonstration.ts';
import { fewWords, type Scene } from './scene.ts';
import {
  GRIPPER_FORMS,
  LENGTH_UNITS,
  type MappingOffer,
  type Place,
  type StateFeature,
  type StateMapping,
} from './stateMapping.ts';

/** Row-major numbers of one feature over a demonstration. */
export interface StateColumn {
  width: number;
  values: Float64Array | Float32Array;
}

export type StateColumns = Record<string, StateColumn>;

type State = Pick<Demonstration, 'gripperPose' | 'gripperOpen' | 'jointPositions' | 'jointVelocities'>;

/** What comes of demonstrations without joint velocities, the end of a sentence. */
export const VELOCITIES = {
  derived: 'differences of the joint positions stand for them where keypoints are looked for.',
  none: 'keypoints are gripper changes and the last frame only.',
  neither: 'with no gripper opening either, the last frame is the only keypoint.',
};

/** Joint angles beyond a full turn to either side are degrees, ticks or metres. */
const MOST_RADIANS = 2 * Math.PI + 0.1;

/** The features that a mapping reads. */
export function mappedFeatures(mapping: StateMapping): string[] {
  const { position, rotation, gripper, jointPositions, jointVelocities } = mapping;
  const places = [position, rotation, gripper, jointPositions, jointVelocities];
  return [...new Set(places.flatMap((place) => place?.feature ?? []))];
}

/** How many numbers of a frame mappedState makes. */
export function numbersOfFrame({ gripper, jointPositions, jointVelocities }: StateMapping): number {
  const positions = jointPositions?.at.length ?? 0;
  return 7 + Number(gripper !== null) + positions + (jointVelocities?.at.length ?? positions);
}

/**
 * The gripper's numbers stay as they are: openOrClosed makes 1 and 0 of those of all demonstrations. Where there are no
 * joint velocities, joint positions in radians give them by central differences: over two frames that is the mean
 * velocity, which ARM's threshold of 0.1 rad/s can judge, since a joint encoder's noise of a millirad at 20 frames a
 * second stays at 0.02 rad/s. Of end-effector positions alone no joint velocity follows.
 */
export function mappedState(
  columns: StateColumns,
  length: number,
  fps: number,
  mapping: StateMapping,
): State {
  const pick = ({ feature, at }: Place) => {
    const { width, values } = columns[feature];
    const out = new Float64Array(length * at.length);
    for (let i = 0; i < length; i++)
      for (const [k, j] of at.entries()) out[i * at.length + k] = values[i * width + j] ?? NaN;
    return out;
  };
  const scale = LENGTH_UNITS[mapping.unit];
  const positions = pick(mapping.position);
  const rotations = mapping.rotation && pick(mapping.rotation);
  const gripperPose = new Float64Array(length * 7);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < 3; j++) gripperPose[7 * i + j] = positions[3 * i + j] * scale;
    gripperPose.set(quaternionAt(rotations, mapping.rotation, i), 7 * i + 3);
  }
  const jointPositions = mapping.jointPositions && pick(mapping.jointPositions);
  return {
    gripperPose,
    gripperOpen: mapping.gripper && pick(opening(mapping.gripper)),
    jointPositions,
    jointVelocities: mapping.jointVelocities
      ? pick(mapping.jointVelocities)
      : jointPositions && differences(jointPositions, length, fps),
  };
}

/** One finger of two tells. */
function opening<T extends Place>(gripper: T): T {
  return { ...gripper, at: gripper.at.slice(0, 1) };
}

function quaternionAt(values: Float64Array | null, rotation: StateMapping['rotation'], i: number): number[] {
  if (!values || !rotation) return [0, 0, 0, 1];
  const width = rotation.at.length;
  const row = [...values.subarray(i * width, (i + 1) * width)];
  switch (rotation.form) {
    case 'quaternion x, y, z, w':
      return row;
    case 'quaternion w, x, y, z':
      return [...row.slice(1), row[0]];
    case 'rotation vector (rad)':
      return ofRotationVector(row);
    case 'roll, pitch, yaw (rad)':
      return ofEuler(row);
  }
}

function ofRotationVector(vector: number[]): number[] {
  const angle = Math.hypot(...vector);
  const scale = angle > 0 ? Math.sin(angle / 2) / angle : 0.5;
  return [...vector.map((value) => value * scale), Math.cos(angle / 2)];
}

/** Turns about the fixed x, y and z axes, in this order. */
function ofEuler([roll, pitch, yaw]: number[]): number[] {
  const [cr, cp, cy] = [roll, pitch, yaw].map((angle) => Math.cos(angle / 2));
  const [sr, sp, sy] = [roll, pitch, yaw].map((angle) => Math.sin(angle / 2));
  return [
    sr * cp * cy - cr * sp * sy,
    cr * sp * cy + sr * cp * sy,
    cr * cp * sy - sr * sp * cy,
    cr * cp * cy + sr * sp * sy,
  ];
}

/** Joint velocities by central differences; null of one frame, or of what are no radians. */
export function differences(positions: Float64Array, length: number, fps: number): Float64Array | null {
  const joints = positions.length / length;
  if (length < 2 || positions.some((value) => Math.abs(value) > MOST_RADIANS)) return null;
  return positions.map((_, k) => {
    const [i, j] = [Math.floor(k / joints), k % joints];
    const [a, b] = [Math.max(0, i - 1), Math.min(length - 1, i + 1)];
    return ((positions[b * joints + j] - positions[a * joints + j]) * fps) / (b - a);
  });
}

/** Gripper numbers to 1 and 0 in place: a named openness above a half, else by the middle of what occurs. */
export function openOrClosed(demos: Demonstration[], { gripper }: StateMapping, remarks: string[]): void {
  if (!gripper) {
    remarks.push(
      'No opening of the gripper is read, so nothing here says whether it is open: keypoints are stops and the last frame.',
    );
    return;
  }
  const [openness, , closing] = GRIPPER_FORMS;
  const { form, feature } = gripper;
  const [least, most] = demos.reduce(
    (range, { gripperOpen }) =>
      gripperOpen!.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], range),
    [Infinity, -Infinity],
  );
  const middle = form === openness ? 0.5 : (least + most) / 2;
  const isOpen = (value: number) => (form === closing ? value < middle : value > middle);
  for (const demo of demos)
    demo.gripperOpen = demo.gripperOpen!.map((value) => Number(isOpen(value) || least === most));
  if (form !== openness)
    remarks.push(
      `The gripper counts as open where ${feature} is ${form === closing ? 'below' : 'above'} ${middle.toPrecision(3)}.`,
    );
}

/** Which columns were taken for what, in which units and whose frame. */
export function columnsRemark(
  mapping: StateMapping,
  { features, frame }: Pick<MappingOffer, 'features' | 'frame'>,
): string {
  const { position, unit, rotation, gripper, jointPositions, jointVelocities } = mapping;
  const said = (what: string, place: Place | null, how: string) =>
    place ? [`${what} ${placeWords(place, features)} (${how})`] : [];
  const taken = [
    said('position', position, unit),
    said('orientation', rotation, rotation?.form ?? ''),
    said('gripper', gripper && opening(gripper), gripper?.form ?? ''),
    said('joint positions', jointPositions, 'rad'),
    said('joint velocities', jointVelocities, 'rad/s'),
  ];
  return `Read as the state: ${taken.flat().join('; ')}. ${frame}`;
}

/** "x, y, z of observation.state". */
function placeWords({ feature, at }: Place, features: StateFeature[]): string {
  const labels = features.find(({ name }) => name === feature)?.labels ?? [];
  const names = at.map((i) => labels[i] ?? `element ${i}`);
  return `${names.length > 4 ? `${names.length} elements` : names.join(', ')} of ${feature}`;
}

/** The scene of demonstrations that were read by a mapping. */
export function mappedScene(
  known: Pick<Scene, 'robot' | 'frame' | 'table'>,
  { position, gripper }: StateMapping,
  features: StateFeature[],
): Scene {
  return {
    ...known,
    position: fewWords(placeWords(position, features)),
    gripper: gripper && `${fewWords(placeWords(opening(gripper), features))} (${gripper.form})`,
  };
}

/** What a reader should know of how the state came about. */
export function stateRemarks(demos: Demonstration[], mapping: StateMapping, remarks: string[]): void {
  if (!mapping.rotation)
    remarks.push('No orientation of the gripper was found by name: it is taken as unrotated.');
  if (mapping.jointVelocities) return;
  const instead = demos.some((demo) => demo.jointVelocities)
    ? 'derived'
    : mapping.gripper
      ? 'none'
      : 'neither';
  remarks.push(`There are no joint velocities: ${VELOCITIES[instead]}`);
}

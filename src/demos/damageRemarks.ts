/** What a reader should know of a file's integrity: what checksums vouch for, what looks damaged, what would go unnoticed. */
import type { Demonstration } from './demonstration.ts';

/** A frame stands apart when it lies so many times further from the frames beside it than any other does. */
const APART = 5;
/** A step in the course puts two frames off by as much; a single damaged one its neighbours by half. */
const ALONE = 1.5;
const LEAST_FRAMES = 6;

interface Course {
  what: string;
  unit: string;
  /** No smaller distance counts. */
  least: number;
  width: number;
  values: Float64Array | null;
}

/** One sentence on the frames that stand apart from their course by a single value; none when there is no such. */
export function jumpRemarks(demonstrations: Demonstration[]): string[] {
  const found = demonstrations.flatMap((demo) =>
    coursesOf(demo).flatMap((course) => {
      const jump = jumpOf(course, demo.length);
      if (!jump) return [];
      const off = `${jump.off.toPrecision(3)}${course.unit} off the frames beside it`;
      return [`frame ${jump.frame} of ${demo.id} has ${course.what} ${off}`];
    }),
  );
  if (!found.length) return [];
  const others = found.length > 1 ? `, and ${found.length - 1} more such` : '';
  return [`A number stands apart, the file may be damaged there: ${found[0]}${others}.`];
}

function coursesOf(demo: Demonstration): Course[] {
  const positions = new Float64Array(3 * demo.length);
  const rotations = new Float64Array(4 * demo.length);
  for (let i = 0; i < demo.length; i++) {
    positions.set(demo.gripperPose.subarray(7 * i, 7 * i + 3), 3 * i);
    const q = demo.gripperPose.subarray(7 * i + 3, 7 * i + 7);
    const before = i ? rotations.subarray(4 * i - 4, 4 * i) : q;
    // Both signs are the same rotation.
    const sign = q.reduce((sum, value, k) => sum + value * before[k], 0) < 0 ? -1 : 1;
    rotations.set(
      q.map((value) => sign * value),
      4 * i,
    );
  }
  const joints = (values: Float64Array | null) => ({ values, width: (values?.length ?? 0) / demo.length });
  return [
    { what: 'a gripper position', unit: ' m', least: 0.01, width: 3, values: positions },
    { what: 'a gripper quaternion', unit: '', least: 0.05, width: 4, values: rotations },
    { what: 'a joint position', unit: ' rad', least: 0.05, ...joints(demo.jointPositions) },
    { what: 'a joint velocity', unit: ' rad/s', least: 1, ...joints(demo.jointVelocities) },
  ];
}

function jumpOf({ width, values, least }: Course, length: number): { frame: number; off: number } | null {
  if (!values || length < LEAST_FRAMES) return null;
  for (let j = 0; j < width; j++) {
    const at = (i: number) => values[i * width + j];
    const off = new Float64Array(length);
    for (let i = 1; i < length - 1; i++) off[i] = Math.abs(at(i) - (at(i - 1) + at(i + 1)) / 2);
    const isApart = (frame: number, from: number, to: number) => {
      let rest = 0;
      for (let i = 1; i < length - 1; i++) if (i < from || i > to) rest = Math.max(rest, off[i]);
      return off[frame] > least + APART * rest;
    };
    const last = length - 1;
    if (isApart(1, 0, 1)) return { frame: 0, off: 2 * off[1] };
    if (isApart(last - 1, last - 1, last)) return { frame: last, off: 2 * off[last - 1] };
    const frame = off.reduce((most, value, i) => (value > off[most] ? i : most), 0);
    const alone = off[frame] > ALONE * Math.max(off[frame - 1] ?? 0, off[frame + 1] ?? 0);
    if (alone && isApart(frame, frame - 1, frame + 1)) return { frame, off: off[frame] };
  }
  return null;
}

/** Of files in a zip. */
export const ZIP_CHECKSUMS =
  'Every file is held against its checksum in the zip as it is read: no damage goes unnoticed.';

/**
 * Of loose files.
 * @param vouched what has checksums of its own, e.g. "pictures (PNG)"
 * @param unnoticed in what damage could not be noticed, e.g. "the sentences"
 */
export function checksumsOf(vouched: string[], unnoticed: string[]): string {
  const start = vouched.length
    ? `Held against checksums: ${listed(vouched)}. Nothing else in these files has one: `
    : 'These files carry no checksums: ';
  return `${start}damage to ${listed(unnoticed)} would go unnoticed. A zip of them has checksums.`;
}

function listed(what: string[]): string {
  return what.length > 1 ? `${what.slice(0, -1).join(', ')} and ${what.at(-1)}` : what[0];
}

/** Extrinsics of every frame as a camera keeps them: one where it stands still, all of them where it moves. */
const NUMBERS = 16;
/** A camera that moves more, in metres or in the cosines of its axes, sits on the arm. */
const STILL = 1e-4;

/** @returns 16 numbers, or 16 a frame one after another; null when a frame has none, or no 4x4 */
export function cameraPoses(poses: (ArrayLike<number> | null)[]): number[] | null {
  const [first] = poses;
  if (!first || poses.some((pose) => pose?.length !== NUMBERS)) return null;
  const all = poses as ArrayLike<number>[];
  const start = Array.from(first);
  // A pose that is no number is not still: the check of the calibration finds it.
  const still = all.every((pose) => start.every((value, j) => Math.abs(pose[j] - value) < STILL));
  return still ? start : all.flatMap((pose) => Array.from(pose));
}

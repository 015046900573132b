/** Whose picture stands in for a camera that a demonstration has not. */
import type { CameraName, Demonstration } from '../demos/demonstration.ts';

/** The camera asked for, or the first that the demonstration has. */
export function shownCamera(
  { cameras }: Pick<Demonstration, 'cameras'>,
  wanted: CameraName = 'front',
): CameraName {
  return Object.hasOwn(cameras, wanted) ? wanted : (Object.keys(cameras)[0] ?? wanted);
}

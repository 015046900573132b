/** Positions that are wrong and look right: what a model that does not look would take. */
import { positionAt, type Demonstration, type Vec3 } from '../demos/demonstration.ts';
import { shuffled, uniform, type Random } from '../demos/random.ts';
import type { AskedMoment } from './elsewhere.ts';
import type { HardNegative } from './question.ts';
import type { SettledSettings } from './stateSpace.ts';

/** Where a question stands in its demonstration. */
export interface Moment {
  demo: Pick<Demonstration, 'gripperPose' | 'length' | 'scene'>;
  frame: number;
  /** All of the demonstration, ascending. */
  keypoints: number[];
  /** The keypoint that comes next. */
  keypoint: number;
  asksForState: boolean;
  /** Moments whose right answers may be taken, the likest first; only where difficulty is "elsewhere". */
  elsewhere?: Iterable<AskedMoment>;
}

/** The middle of RLBench's table in y, metres: what is mirrored keeps x and z. */
const TABLE_MIDDLE = 0;

export interface Negatives {
  kind: HardNegative;
  /** One position a call, null when there is no other. */
  next: () => Vec3 | null;
}

/** The kinds chosen in the settings, in random order; those that can draw more come round until options are full. */
export function hardNegatives(
  random: Random,
  right: Vec3,
  moment: Moment,
  settings: SettledSettings,
): Negatives[] {
  const kinds = shuffled(random, settings.hard_negatives);
  const again = kinds.filter((kind) => kind === 'same_height' || kind === 'along_path');
  const rounds = Array.from({ length: settings.option_count - 2 }, () => again).flat();
  return [...kinds, ...rounds].map((kind) => ({
    kind,
    next: negatives(kind, random, right, moment, settings),
  }));
}

function negatives(
  kind: HardNegative,
  random: Random,
  right: Vec3,
  moment: Moment,
  { state_space: { low, high } }: SettledSettings,
): Negatives['next'] {
  const { demo, frame, keypoints, keypoint, asksForState } = moment;
  const at = (i: number | undefined) => (i === undefined ? null : positionAt(demo, i));
  const mirrored = (middle: number): Vec3 => [right[0], 2 * middle - right[1], right[2]];
  switch (kind) {
    case 'same_height':
      return () => [uniform(random, low[0], high[0]), uniform(random, low[1], high[1]), right[2]];
    case 'along_path':
      return () => positionAt(demo, Math.floor(random() * demo.length));
    case 'mirrored_table':
      // Of a table that nobody knows the box stands for it.
      return once(mirrored(demo.scene ? (low[1] + high[1]) / 2 : TABLE_MIDDLE));
    case 'mirrored_gripper':
      return once(mirrored(positionAt(demo, frame)[1]));
    case 'previous_keypoint':
      return once(at(keypoints.filter((k) => k < (asksForState ? frame : keypoint)).at(-1) ?? 0));
    case 'following_keypoint':
      return once(at(asksForState ? keypoint : keypoints.find((k) => k > keypoint)));
  }
}

function once(p: Vec3 | null): Negatives['next'] {
  let left = p;
  return () => {
    const given = left;
    left = null;
    return given;
  };
}

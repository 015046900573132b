/** Wrong positions: anywhere in the state space, in rings around the answer, hard negatives, or right elsewhere. */
import { positionAt, type Vec3 } from '../demos/demonstration.ts';
import { shuffled, uniform, type Random } from '../demos/random.ts';
import type { AskedMoment } from './elsewhere.ts';
import { hardNegatives, type Moment } from './hardNegatives.ts';
import { formatPosition, formatRounded, type HardNegative, type QuestionSettings } from './question.ts';
import type { SettledSettings } from './stateSpace.ts';

const DRAWS = 1000;
/** Tries for every hard negative before another kind takes its place. */
const HARD_TRIES = 20;
/** Sets of hard negatives of which one is taken. */
const HARD_SETS = 12;
const NUMBER_WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];

/**
 * All in the state space (rings: widened up to the answer; what is right elsewhere may lie outside), any two options,
 * the right one included, at least min_distance apart and printed unlike.
 *
 * Hard negatives share numbers with the answer, its height, its x or y, and would give it away as what the options have
 * in common. So of some sets of them the one is taken in which the answer's place, by numbers shared with the others, is
 * nearest to a random one.
 * @returns option_count - 1 positions.
 * @throws Error when there is no room for them.
 */
export function pointDistractors(
  random: Random,
  right: Vec3,
  moment: Moment,
  settings: SettledSettings,
): Vec3[] {
  if (settings.difficulty !== 'hard') return oneSet(random, right, moment, settings);
  const place = Math.floor(random() * settings.option_count);
  let taken: Vec3[] = [];
  let least = Infinity;
  for (let i = 0; i < HARD_SETS && least > 0; i++) {
    const wrong = oneSet(random, right, moment, settings);
    const off = offPlace(place, [right, ...wrong], settings.decimals);
    if (off < least) [taken, least] = [wrong, off];
  }
  // The order of the kinds would tell which is in the middle.
  return shuffled(random, taken);
}

function oneSet(random: Random, right: Vec3, moment: Moment, settings: SettledSettings): Vec3[] {
  const chosen: Vec3[] = [right];
  const take = (p: Vec3) => {
    if (chosen.length < settings.option_count && fits(p, chosen, settings)) chosen.push(p);
  };
  if (settings.difficulty === 'hard') takeHard(random, moment, settings, chosen, take);
  if (moment.elsewhere) chosen.push(...pointsElsewhere(random, right, moment, moment.elsewhere, settings));
  for (let draw = 0; chosen.length < settings.option_count; draw++) {
    if (draw === DRAWS * settings.option_count) throw noRoom(settings, right);
    take(drawn(random, right, chosen.length - 1, settings));
  }
  return chosen.slice(1);
}

/** How far the first option is from a place among all, most numbers shared first; any place among its equals will do. */
function offPlace(place: number, points: Vec3[], decimals: number): number {
  const printed = points.map((p) => p.map((v) => v.toFixed(decimals)));
  const shared = printed.map((p) =>
    printed.reduce((sum, other) => sum + p.filter((number, axis) => number === other[axis]).length, 0),
  );
  const before = shared.filter((n) => n > shared[0]).length;
  const equals = shared.filter((n) => n === shared[0]).length - 1;
  return Math.max(0, before - place, place - before - equals);
}

/** Around the answer, or around one that is a hard negative of it: any option is as likely to be the one in the middle. */
function takeHard(
  random: Random,
  moment: Moment,
  settings: SettledSettings,
  chosen: Vec3[],
  take: (p: Vec3) => void,
): void {
  const takeAround = (middle: Vec3, kinds: HardNegative[], most: number) => {
    const used: HardNegative[] = [];
    const end = chosen.length + most;
    for (const { kind, next } of hardNegatives(random, middle, moment, {
      ...settings,
      hard_negatives: kinds,
    })) {
      const before = chosen.length;
      if (before === end) break;
      for (let i = 0; i < HARD_TRIES && chosen.length === before; i++) {
        const p = next();
        if (!p) break;
        take(p);
      }
      if (chosen.length > before) used.push(kind);
    }
    return used;
  };
  const kinds = settings.hard_negatives;
  if (random() < 1 / settings.option_count) return void takeAround(chosen[0], kinds, settings.option_count);
  const used = takeAround(chosen[0], kinds, 1);
  const left = kinds.filter((kind) => !used.includes(kind));
  if (chosen.length > 1) takeAround(chosen[1], left.length ? left : kinds, settings.option_count);
}

/**
 * Right positions of other moments. A robot is nearer to where it goes than to where others go, so of waypoints a
 * random number is nearer to the current position than the right one: next keypoints, else places on the way there.
 */
function pointsElsewhere(
  random: Random,
  right: Vec3,
  { demo, frame, asksForState }: Moment,
  elsewhere: Iterable<AskedMoment>,
  settings: QuestionSettings,
): Vec3[] {
  const count = settings.option_count - 1;
  const chosen: Vec3[] = [];
  const state = positionAt(demo, frame);
  const isNearer = (p: Vec3) => distance(p, state) < distance(right, state);
  const nearer = Math.floor(random() * settings.option_count);
  const wanted = (p: Vec3) => {
    if (asksForState) return true;
    const alike = chosen.filter((c) => isNearer(c) === isNearer(p)).length;
    return alike < (isNearer(p) ? nearer : count - nearer);
  };
  for (const other of elsewhere) {
    const [there, onTheWay] = [other.keypoint, other.frame].map((i) => positionAt(other.demo, i));
    for (const p of asksForState ? [onTheWay] : [there, onTheWay]) {
      if (chosen.length === count) return chosen;
      if (wanted(p) && isApart(p, [right, ...chosen], settings)) chosen.push(p);
    }
  }
  return chosen;
}

function drawn(random: Random, right: Vec3, place: number, settings: SettledSettings): Vec3 {
  if (settings.difficulty !== 'rings') return inSpace(random, settings);
  const ring = settings.rings[place % settings.rings.length];
  return inRing(random, right, ringBounds(ring, settings));
}

function fits(p: Vec3, chosen: Vec3[], settings: SettledSettings): boolean {
  const { low, high } = spaceAround(chosen[0], settings);
  return p.every((v, axis) => v >= low[axis] && v <= high[axis]) && isApart(p, chosen, settings);
}

function isApart(p: Vec3, chosen: Vec3[], settings: QuestionSettings): boolean {
  if (chosen.some((c) => distance(c, p) < settings.min_distance)) return false;
  const text = formatRounded(p, settings.decimals);
  return chosen.every((c) => formatRounded(c, settings.decimals) !== text);
}

/** Rings go where the answer is: the space is widened up to it, should it lie outside. */
function spaceAround(right: Vec3, { difficulty, state_space }: SettledSettings) {
  if (difficulty !== 'rings') return state_space;
  return {
    low: state_space.low.map((l, axis) => Math.min(l, right[axis])),
    high: state_space.high.map((h, axis) => Math.max(h, right[axis])),
  };
}

function inSpace(random: Random, { state_space: { low, high } }: SettledSettings): Vec3 {
  return low.map((l, axis) => uniform(random, l, high[axis])) as Vec3;
}

/** Uniform between two spheres, by rejection: without sines, every machine draws the same. */
function inRing(random: Random, centre: Vec3, [from, to]: [number, number]): Vec3 {
  for (;;) {
    const d = [0, 0, 0].map(() => uniform(random, -to, to)) as Vec3;
    const square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    if (square >= from * from && square <= to * to)
      return [centre[0] + d[0], centre[1] + d[1], centre[2] + d[2]];
  }
}

/** Least and greatest distance in metres. */
export function ringBounds(
  ring: QuestionSettings['rings'][number],
  { ring_bounds: bounds }: Pick<QuestionSettings, 'ring_bounds'>,
): [number, number] {
  const place = { near: 0, middle: 1, far: 2 }[ring];
  return [bounds[place], bounds[place + 1]];
}

/** Every engine rounds products, sums and roots alike; Math.hypot each may round in its own way. */
export function distance(a: Vec3, b: Vec3): number {
  const [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return Math.sqrt(x * x + y * y + z * z);
}

function noRoom(settings: SettledSettings, right: Vec3): Error {
  const { low, high } = settings.state_space;
  const count = NUMBER_WORDS[settings.option_count - 1];
  const where = settings.difficulty === 'rings' ? ` in the rings around ${formatPosition(right)}` : '';
  const widen = settings.difficulty === 'rings' ? 'widen state_space or the rings' : 'widen state_space';
  return new Error(
    `no room for ${count} distractors ${settings.min_distance} m apart${where} between ${formatPosition(low)} and ${formatPosition(high)}: lower min_distance or ${widen}`,
  );
}

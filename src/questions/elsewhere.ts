/** What is right elsewhere: moments whose right answers serve as another question's wrong options. */
import type { Demonstration } from '../demos/demonstration.ts';
import type { Random } from '../demos/random.ts';

/** A frame that is asked about and the keypoint that comes next. */
export interface AskedMoment {
  demo: Demonstration;
  frame: number;
  keypoint: number;
  /** All of the demonstration, ascending. */
  keypoints: number[];
}

/** Tries at the same stage of other demonstrations, at any of theirs, and at any of one's own. */
const TRIES = 30;

/** By task. */
export type MomentsByTask = ReadonlyMap<string, readonly AskedMoment[][]>;

/** @param moments of every demonstration. */
export function byTask(moments: readonly AskedMoment[][]): MomentsByTask {
  const found = new Map<string, AskedMoment[][]>();
  for (const ofDemo of moments) {
    if (ofDemo.length === 0) continue;
    const { task } = ofDemo[0].demo;
    if (!found.has(task)) found.set(task, []);
    found.get(task)!.push(ofDemo);
  }
  return found;
}

/**
 * Moments of the same task in random order, the likest first: the same stage of other demonstrations (as far between
 * the same two keypoints), then any moment of theirs, then the other moments of the demonstration itself. The same
 * one may come twice. So every option is somewhere right, and only the picture tells where.
 */
export function* momentsElsewhere(
  random: Random,
  here: AskedMoment,
  pool: MomentsByTask,
): Generator<AskedMoment> {
  const ofTask = pool.get(here.demo.task) ?? [];
  const others = ofTask.filter(([{ demo }]) => demo !== here.demo);
  if (others.length > 0) {
    for (let i = 0; i < TRIES; i++) {
      const same = sameStage(here, oneOf(random, others)[0]);
      if (same) yield same;
    }
    for (let i = 0; i < TRIES; i++) yield oneOf(random, oneOf(random, others));
  }
  const own = ofTask.find(([{ demo }]) => demo === here.demo) ?? [];
  for (let i = 0; i < TRIES && own.length > 0; i++) yield oneOf(random, own);
}

/** Null when the other demonstration has fewer keypoints. */
function sameStage(here: AskedMoment, { demo, keypoints }: AskedMoment): AskedMoment | null {
  const stage = here.keypoints.indexOf(here.keypoint);
  if (stage >= keypoints.length) return null;
  const before = here.keypoints[stage - 1] ?? 0;
  const share = (here.frame - before) / (here.keypoint - before);
  const [from, to] = [keypoints[stage - 1] ?? 0, keypoints[stage]];
  const frame = Math.min(to - 1, from + Math.round(share * (to - from)));
  return { demo, keypoints, keypoint: to, frame: Math.max(0, frame) };
}

function oneOf<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)];
}

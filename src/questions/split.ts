import type { Demonstration } from '../demos/demonstration.ts';
import { seededRandom, shuffled } from '../demos/random.ts';

/**
 * Demonstrations to train on and to test with: no frame of a test demonstration is trained on. Each task is
 * split by itself; a task with two or more demonstrations stands on both sides.
 * @param testFraction in [0, 1).
 */
export function splitDemonstrations<D extends Pick<Demonstration, 'id' | 'task'>>(
  demos: readonly D[],
  testFraction: number,
  seed: number,
): { train: D[]; test: D[] } {
  if (!(testFraction >= 0 && testFraction < 1))
    throw new Error(`test fraction ${testFraction} is not in [0, 1)`);
  const held = new Set<string>();
  for (const task of new Set(demos.map((d) => d.task))) {
    const own = demos.filter((d) => d.task === task);
    const wanted = Math.round(own.length * testFraction);
    const count = testFraction > 0 && own.length > 1 ? Math.min(own.length - 1, Math.max(1, wanted)) : 0;
    for (const d of shuffled(seededRandom(seed, 'split', task), own).slice(0, count)) held.add(d.id);
  }
  return { train: demos.filter((d) => !held.has(d.id)), test: demos.filter((d) => held.has(d.id)) };
}

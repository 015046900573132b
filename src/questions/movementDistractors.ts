/** Wrong movements: any other, those that differ on so many axes, or those that are right elsewhere. */
import { shuffled, type Random } from '../demos/random.ts';
import { ALL_MOVEMENTS, axesApart, type Movement } from './movement.ts';
import type { QuestionSettings } from './question.ts';

/**
 * Random takes all labels there are; rings take one, two or three axes that differ (near, middle, far) in turn; hard
 * takes those that differ on one axis or in one "slightly"; elsewhere takes labels as they come. Where such labels run
 * out, others fill up.
 *
 * Hard ones around the right label would give it away: it would be what the options have in common. So each option is
 * as likely to be the one in the middle, from which the others differ on one axis.
 * @returns option_count - 1, unlike each other and the right one.
 */
export function movementDistractors(
  random: Random,
  right: Movement,
  settings: QuestionSettings,
  elsewhere: Iterable<Movement> = [],
): Movement[] {
  const pool = shuffled(
    random,
    ALL_MOVEMENTS.filter((m) => axesApart(m, right) > 0),
  );
  const chosen: Movement[] = [];
  for (const movement of elsewhere) {
    if (chosen.length === settings.option_count - 1) break;
    if ([right, ...chosen].every((m) => axesApart(m, movement) > 0)) chosen.push(movement);
  }
  let middle = right;
  if (settings.difficulty === 'hard' && random() >= 1 / settings.option_count) {
    middle = pool.find((m) => axesApart(m, right) === 1)!;
    chosen.push(middle);
  }
  while (chosen.length < settings.option_count - 1) {
    const wanted = axesWanted(chosen.length, settings);
    const left = pool.filter((m) => chosen.every((c) => axesApart(c, m) > 0));
    chosen.push(left.find((m) => wanted === null || axesApart(m, middle) === wanted) ?? left[0]);
  }
  // The place of the one in the middle would tell whether it is right.
  return settings.difficulty === 'hard' ? shuffled(random, chosen) : chosen;
}

function axesWanted(place: number, { difficulty, rings }: QuestionSettings): number | null {
  if (difficulty === 'random' || difficulty === 'elsewhere') return null;
  if (difficulty === 'hard') return 1;
  return { near: 1, middle: 2, far: 3 }[rings[place % rings.length]];
}

/** Why a group whose rewards are all equal teaches nothing, in a sentence. */
import type { Reward } from '../../questions/reward.ts';

/** @param rewards of all responses of the group, their totals equal. */
export function zeroVarianceReason(rewards: Pick<Reward, 'format' | 'accuracy'>[]): string {
  const all = (part: 'format' | 'accuracy', value: 0 | 1) => rewards.every((r) => r[part] === value);
  const n = rewards.length;
  if (all('accuracy', 1) && all('format', 1))
    return `All ${n} are right and well formed: there is nothing left to learn from this question.`;
  if (all('accuracy', 0) && all('format', 1))
    return `All ${n} are well formed and wrong: none shows the others a better way.`;
  if (all('accuracy', 0) && all('format', 0))
    return `All ${n} are malformed and wrong: none shows the others a better way.`;
  if (all('accuracy', 1) && all('format', 0))
    return `All ${n} name the right letter in a broken format: none shows the others a better way.`;
  return `The parts differ but their sums do not: a right letter here weighs as much as a good format there.`;
}

/** Rollouts are most of what a run stores: the oldest give way when there are too many. */
import type { StepRecord } from '../training/stepRecord.ts';

export const ROLLOUT_BUDGET = 24 * 2 ** 20;

/** Bytes the rollouts of a step take, about. */
export function rolloutBytes({ groups }: StepRecord): number {
  const responses = groups.flatMap((group) => group.responses);
  return responses.reduce((sum, { text, tokens }) => sum + 200 + 2 * text.length + 48 * tokens.length, 0);
}

/** The metrics and one group, one with differing rewards if there is any. */
export function thinned(record: StepRecord): StepRecord {
  const sample = record.groups.find((group) => !group.zeroVariance) ?? record.groups[0];
  return { ...record, groups: sample ? [sample] : [] };
}

/** How many of the first steps to thin so that the rest fits; the last step always stays whole. */
export function stepsToThin(bytes: number[], budget = ROLLOUT_BUDGET): number {
  let total = bytes.reduce((sum, size) => sum + size, 0);
  let count = 0;
  while (total > budget && count < bytes.length - 1) total -= bytes[count++];
  return count;
}

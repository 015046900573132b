/** Stored runs, found by words and put in order. */
import type { ListedRun } from '../../runs/runs.ts';

export type RunOrder = 'created' | 'name' | 'steps' | 'accuracy' | 'bytes';

/** Every word must occur somewhere in name, tags, notes, checkpoint or demonstrations, whatever the case. */
export function findRuns(runs: ListedRun[], words: string): ListedRun[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ name, tags, notes, checkpoint, bundle }) => {
    const text = [name, ...tags, notes, checkpoint, bundle.name].join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Names from A, all else from the greatest; runs without a number last. */
export function orderRuns(runs: ListedRun[], order: RunOrder): ListedRun[] {
  if (order === 'name') return [...runs].sort((a, b) => a.name.localeCompare(b.name));
  if (order === 'created') return [...runs].sort((a, b) => b.created.localeCompare(a.created));
  const value = (run: ListedRun) =>
    order === 'accuracy' ? (run.metrics?.['rewards/accuracy/mean'] ?? -Infinity) : run[order];
  return [...runs].sort((a, b) => value(b) - value(a));
}

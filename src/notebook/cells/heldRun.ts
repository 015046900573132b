/** A run is trained in one tab, and by one cell of it, at a time. */
import type { RunSummary } from '../../runs/run.ts';
import { hold, type Hold } from '../tabLock.ts';

const PREFIX = 'run/';

/** @throws Error when it is being trained, with what to do. */
export async function holdRun({ id, name }: Pick<RunSummary, 'id' | 'name'>): Promise<Hold> {
  const held = await hold(PREFIX + id);
  if (held) return held;
  throw new Error(
    `“${name}” is being trained in another tab. Its steps show here as they come; go on here once that tab has paused or stopped it, or is closed.`,
  );
}

/** Ids of the runs that are being trained, in any tab. */
export async function runsInTraining(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : [])));
}

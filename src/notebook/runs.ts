/** The runs room, loaded when first asked for. */
import type { Runs } from '../runs/runs.ts';

let opened: Promise<Runs> | null = null;

export function storedRuns(): Promise<Runs> {
  opened ??= import('../runs/runs.ts').then(({ openRuns }) => openRuns());
  return opened;
}

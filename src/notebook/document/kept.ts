/** A notebook as it is kept, sent and opened. */
import type { CellKind } from './kinds.ts';

export interface KeptCell {
  /** Its kind, with a number from the second on: "train", "train-2". */
  id: string;
  kind: CellKind;
  folded: boolean;
  /** As the cell's state gives them; undefined: as they come. */
  settings?: unknown;
  /** Null when there are none. */
  results?: unknown;
}

export interface KeptNotebook {
  id: string;
  title: string;
  /** ISO date and time. */
  changed: string;
  /** What it was made from, so that its link finds it again: "shipped:<name>" or "link:<digest>". */
  origin?: string;
  cells: KeptCell[];
}

/** Id of the run that a cell holds. */
export function runOf({ results }: KeptCell): string | null {
  const run = (results as { run?: unknown } | null | undefined)?.run;
  return typeof run === 'string' ? run : null;
}

/** Ids of all runs that a cell shows: the one it holds, then those laid over it. */
export function runsOf(cell: KeptCell): string[] {
  const { dashboard } = (cell.results ?? {}) as { dashboard?: { overlays?: string[] } };
  return [runOf(cell) ?? [], dashboard?.overlays ?? []].flat();
}

/** Bytes of a cell's demonstrations, opened or recorded: beyond it they are not kept, and the cell says so. */
export const LARGEST_KEPT = 512 * 2 ** 20;

/** All there is, in the order of the way from a demonstration to a run at full scale. */
export const FIRST_CELLS: KeptCell[] = (
  ['model', 'demonstrations', 'questions', 'ask', 'train', 'lab', 'runs', 'traces', 'export'] as const
).map((kind) => ({ id: kind, kind, folded: false }));

/** Runs a notebook's cells one after another. */
import type { CellState } from './cell.ts';

/** What it needs of a cell in its place. */
interface Runnable {
  cell: Pick<CellState, 'fresh' | 'runAll' | 'cancel'>;
}

export class RunThrough<T extends Runnable> {
  readonly #cells: () => readonly T[];
  /** The cell that is at work; null when none is. */
  at = $state.raw<T | null>(null);
  #stopped = false;

  /** @param cells as they stand now: they may be moved, added and deleted in between */
  constructor(cells: () => readonly T[]) {
    this.#cells = cells;
  }

  /** Those that have nothing left to do are passed over; ends at the first that fails or is deleted at work. */
  async from(first: T | undefined = this.#cells()[0]): Promise<void> {
    if (this.at || !first) return;
    this.#stopped = false;
    try {
      for (let at: T | undefined = first; at && !this.#stopped; at = this.#after(at)) {
        this.at = at;
        if (at.cell.fresh || !at.cell.runAll) continue;
        if (!(await at.cell.runAll())) break;
      }
    } finally {
      this.at = null;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.at?.cell.cancel?.();
  }

  #after(cell: T): T | undefined {
    const cells = this.#cells();
    const place = cells.indexOf(cell);
    return place < 0 ? undefined : cells[place + 1];
  }
}

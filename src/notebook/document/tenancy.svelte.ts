import { hold, holdWhenFree, type Hold } from '../tabLock.ts';
import type { KeptNotebook } from './kept.ts';

/** Which tab keeps a notebook: the one that opened it first. Others show it and keep nothing, so that nothing is lost. */
export class Tenancy {
  /** "elsewhere": another tab keeps it. "left": that tab is closed and left something else than what is shown here. */
  state = $state<'ours' | 'elsewhere' | 'left'>('ours');
  #id = '';
  #hold: Hold | null = null;
  #abort = new AbortController();

  get ours(): boolean {
    return this.state === 'ours';
  }

  /**
   * Of the notebook that is shown from now on; the one before is given up.
   * @param inherit called when the other tab is closed: whether what it left is what is shown here
   */
  async enter(id: string, inherit: () => Promise<boolean>): Promise<void> {
    if (this.#id === id && this.#hold) return void (this.state = 'ours');
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    this.#hold?.release();
    [this.#id, this.#hold] = [id, await hold(lockOf(id))];
    this.state = this.#hold ? 'ours' : 'elsewhere';
    if (!this.#hold) void this.#wait(id, inherit, abort.signal);
  }

  async #wait(id: string, inherit: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    try {
      this.#hold = await holdWhenFree(lockOf(id), signal);
      this.state = (await inherit()) ? 'ours' : 'left';
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

type Shown = Pick<KeptNotebook, 'title' | 'cells'>;

/** Whether the same is to be seen in both. */
export function isAlike(a: Shown, b: Shown): boolean {
  return JSON.stringify([a.title, a.cells]) === JSON.stringify([b.title, b.cells]);
}

const lockOf = (id: string) => `notebook/${id}`;

import type { KeptNotebook } from './kept.ts';
import type { NotebookDocument } from './notebookDocument.svelte.ts';
import type { Notebooks } from './notebooks.ts';

const PATIENCE_MILLISECONDS = 300;

/** Keeps the open notebook in this browser as it changes. */
export class Keeper {
  error = $state('');
  /** Whether what is shown is kept. */
  said = $state<'' | 'Keeping…' | 'Kept in this browser.'>('');
  readonly #notebooks: () => Promise<Notebooks>;
  #pending: KeptNotebook | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unfollow: (() => void) | null = null;

  constructor(notebooks: () => Promise<Notebooks>) {
    this.#notebooks = notebooks;
    if (typeof addEventListener === 'function') addEventListener('pagehide', () => void this.flush());
  }

  /** From now on this notebook is kept, and was the last. */
  follow(notebook: NotebookDocument): void {
    this.#unfollow?.();
    this.#unfollow = $effect.root(() => {
      $effect(() => {
        this.#pending = { ...notebook.kept, changed: new Date().toISOString() };
        this.said = 'Keeping…';
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.flush(), PATIENCE_MILLISECONDS);
      });
    });
  }

  /** Keeps at once what waits to be kept; then nothing is followed until told to. */
  async leave(): Promise<void> {
    this.#unfollow?.();
    this.#unfollow = null;
    await this.flush();
    this.said = '';
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const kept = this.#pending;
    this.#pending = null;
    if (!kept) return;
    try {
      await (await this.#notebooks()).save(kept);
      if (!this.#pending) this.said = 'Kept in this browser.';
    } catch (error) {
      this.#pending ??= kept;
      this.error = `The notebook could not be kept: ${(error as Error).message}`;
    }
  }
}

import type { KeptNotebook } from './kept.ts';
import type { NotebookDocument } from './notebookDocument.svelte.ts';
import type { Notebooks } from './notebooks.ts';

const PATIENCE_MILLISECONDS = 300;

/** Keeps the open notebook in this browser as it changes. */
export class Keeper {
  error = $state('');
  /** Whether what is shown is kept. */
  said = $state<'' | 'Keeping…' | 'Kept in this browser.'>('');
  #opened: Promise<Notebooks> | null = null;
  #unfollow: (() => void) | null = null;

  /** The notebook that was open last; null when there is none, or none that can be read. */
  async last(): Promise<KeptNotebook | null> {
    try {
      return await (await this.#notebooks()).last();
    } catch (error) {
      this.error = `The notebook you had open cannot be read, so a new one is shown: ${(error as Error).message}`;
      return null;
    }
  }

  /** From now on this notebook is kept. */
  follow(notebook: NotebookDocument): void {
    this.#unfollow?.();
    this.#unfollow = $effect.root(() => {
      let first = true;
      $effect(() => {
        const kept: KeptNotebook = { ...notebook.kept, changed: new Date().toISOString() };
        // As opened it is kept already.
        if (first) {
          first = false;
          return;
        }
        this.said = 'Keeping…';
        const save = () => void this.#save(kept);
        const timer = setTimeout(save, PATIENCE_MILLISECONDS);
        const now = () => {
          clearTimeout(timer);
          save();
        };
        addEventListener('pagehide', now);
        return () => {
          clearTimeout(timer);
          removeEventListener('pagehide', now);
        };
      });
    });
  }

  async #save(kept: KeptNotebook): Promise<void> {
    try {
      await (await this.#notebooks()).save(kept);
      this.said = 'Kept in this browser.';
    } catch (error) {
      this.error = `The notebook could not be kept: ${(error as Error).message}`;
    }
  }

  #notebooks(): Promise<Notebooks> {
    this.#opened ??= import('./notebooks.ts').then(({ openNotebooks }) => openNotebooks());
    return this.#opened;
  }
}

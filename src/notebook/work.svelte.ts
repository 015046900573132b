import { isAbort } from './errors.ts';
import type { Progress } from './notebook.svelte.ts';
import { unlessAborted } from './unlessAborted.ts';

/** One piece of work at a time that can be cancelled: a second one ends the first. */
export class Work {
  progress = $state.raw<Progress | null>(null);
  #abort: AbortController | null = null;
  readonly #failed: (error: Error) => void;

  /** @param failed is told why it failed, not of a work that was cancelled or overtaken. */
  constructor(failed: (error: Error) => void) {
    this.#failed = failed;
  }

  /**
   * @param what may tell its progress; what it tells after its end, or once it was cancelled, is not shown.
   * @param first progress before it tells of any.
   * @returns whether it came to its end.
   */
  async run(
    what: (signal: AbortSignal, tell: (progress: Progress) => void) => Promise<void>,
    first: Progress | null = null,
  ): Promise<boolean> {
    this.cancel();
    const abort = (this.#abort = new AbortController());
    this.progress = first;
    try {
      await what(
        abort.signal,
        unlessAborted(abort.signal, (progress) => void (this.progress = progress)),
      );
      return !abort.signal.aborted;
    } catch (error) {
      if (!isAbort(error) && this.#abort === abort) this.#failed(error as Error);
      return false;
    } finally {
      abort.abort();
      if (this.#abort === abort) this.progress = null;
    }
  }

  cancel() {
    this.#abort?.abort();
  }
}

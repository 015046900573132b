/** Calls to a worker that knows them by number, so that an AbortSignal of the page can end them over there. */
import { endsDevice } from '../device/deviceErrors.ts';

let calls = 0;

export class CancellableCalls {
  readonly #cancel: (call: number) => void;
  readonly #bury: () => void;
  #ended: Error | null = null;
  #end!: (error: Error) => void;
  readonly #ending = new Promise<never>((_, reject) => (this.#end = reject));

  /** @param bury ends the worker, whose device is gone, whose memory is used up, or which has failed; calls under way end with it. */
  constructor(cancel: (call: number) => void, bury: () => void = () => undefined) {
    [this.#cancel, this.#bury] = [cancel, bury];
    this.#ending.catch(() => undefined);
  }

  /** What ended the worker; null while it lives. */
  get ended(): Error | null {
    return this.#ended;
  }

  /** @throws the signal's reason when it was aborted before; else what the worker throws, or what ended it. */
  async run<T>(signal: AbortSignal | undefined, start: (call: number) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    if (this.#ended) throw this.#ended;
    const call = ++calls;
    const cancel = () => this.#cancel(call);
    signal?.addEventListener('abort', cancel);
    try {
      return await Promise.race([start(call), this.#ending]);
    } catch (error) {
      if (endsDevice(error)) this.end(error as Error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** All calls, those under way and those that come; the first error counts. */
  end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error;
    this.#bury();
    this.#end(error);
  }
}

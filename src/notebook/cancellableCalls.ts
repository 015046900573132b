/** Calls to a worker that knows them by number, so that an AbortSignal of the page can end them over there. */
let calls = 0;

export class CancellableCalls {
  readonly #cancel: (call: number) => void;

  constructor(cancel: (call: number) => void) {
    this.#cancel = cancel;
  }

  /** @throws the signal's reason when it was aborted before; else what the worker throws. */
  async run<T>(signal: AbortSignal | undefined, start: (call: number) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const call = ++calls;
    const cancel = () => this.#cancel(call);
    signal?.addEventListener('abort', cancel);
    try {
      return await start(call);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

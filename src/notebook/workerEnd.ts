/** Workers that end on their own: their script could not be had, or they failed outside of any call. */
import type { CancellableCalls } from './cancellableCalls.ts';

export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError';

  /**
   * @param what the worker does, as in "what fetches checkpoints"
   * @param reason in its own words; empty where it was not loaded at all
   */
  constructor(what: string, reason: string) {
    super(
      reason
        ? `${what} has failed (${reason}): try again`
        : `${what} could not be loaded: check the connection and try again`,
    );
  }
}

/** Such a worker answers no call any more: those under way end with a WorkerEndedError, and those that come. */
export function endWithWorker(worker: Worker, calls: CancellableCalls, what: string): void {
  worker.addEventListener('error', (event: Partial<ErrorEvent>) =>
    calls.end(new WorkerEndedError(what, event.message ?? '')),
  );
}

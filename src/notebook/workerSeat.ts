/** A worker with a service in it, and the calls to that; both end when the worker's device does. */
import * as Comlink from 'comlink';
import { CancellableCalls } from './cancellableCalls.ts';

export class WorkerSeat<Service extends { cancel(call: number): void }> {
  readonly service: Comlink.Remote<Service>;
  readonly calls: CancellableCalls;

  constructor(worker: Worker) {
    this.service = Comlink.wrap<Service>(worker);
    const cancel = this.service.cancel as (call: number) => unknown;
    this.calls = new CancellableCalls(
      (call) => void cancel(call),
      () => worker.terminate(),
    );
  }
}

/** A worker with a service in it, and the calls to that; both end when the worker or its device does, at work or not. */
import * as Comlink from 'comlink';
import { CancellableCalls } from './cancellableCalls.ts';
import { endWithWorker } from './workerEnd.ts';

interface OnDevice {
  cancel(call: number): void;
  /** @throws DeviceLostError; never ends otherwise. */
  lost(): Promise<never>;
}

export class WorkerSeat<Service extends OnDevice> {
  readonly service: Comlink.Remote<Service>;
  readonly calls: CancellableCalls;

  /** @param what the worker does, as in "what runs the model" */
  constructor(worker: Worker, what: string) {
    this.service = Comlink.wrap<Service>(worker);
    const cancel = this.service.cancel as (call: number) => unknown;
    this.calls = new CancellableCalls(
      (call) => void cancel(call),
      () => worker.terminate(),
    );
    endWithWorker(worker, this.calls, what);
  }

  /** Once something is loaded on a device. */
  watch(): void {
    const lost = this.service.lost as () => Promise<never>;
    this.calls.run(undefined, () => lost()).catch(() => undefined);
  }
}

/** A Learner whose work is done in the learner worker. */
import * as Comlink from 'comlink';
import type { Adapter } from '../checkpoint/adapter.ts';
import type {
  Learner,
  LearnerGroup,
  LearnerMetrics,
  OptimizerSettings,
  OptimizerState,
} from '../learner/learner.ts';
import type { ObjectiveSettings } from '../learner/lossSettings.ts';
import type { LearnerAddress, LearnerService } from '../learner/learnerService.ts';
import type { CancellableCalls } from './cancellableCalls.ts';
import { WorkerSeat } from './workerSeat.ts';

let seat: WorkerSeat<LearnerService> | null = null;

/** A new worker in place of one that ended. */
function learnerSeat(): WorkerSeat<LearnerService> {
  if (!seat || seat.calls.ended)
    seat = new WorkerSeat(
      new Worker(new URL('../../workers/learner.ts', import.meta.url), { type: 'module', name: 'learner' }),
      'what trains the adapter',
    );
  return seat;
}

/** Takes the place of the learner loaded before. @throws naming what is missing; AbortError. */
export async function loadRemoteLearner(
  address: LearnerAddress,
  onProgress: (loaded: number, total: number | null) => void,
  signal: AbortSignal,
): Promise<RemoteLearner> {
  const seat = learnerSeat();
  await seat.calls.run(signal, (call) => seat.service.load(call, address, Comlink.proxy(onProgress)));
  seat.watch();
  return new RemoteLearner(seat, address.device);
}

export class RemoteLearner implements Learner {
  readonly device: 'webgpu' | 'wasm';
  readonly #service: WorkerSeat<LearnerService>['service'];
  readonly #calls: CancellableCalls;

  constructor({ service, calls }: WorkerSeat<LearnerService>, device: 'webgpu' | 'wasm') {
    [this.#service, this.#calls, this.device] = [service, calls, device];
  }

  /** Its device was lost, or memory ran out: another one is needed. */
  get ended(): boolean {
    return this.#calls.ended !== null;
  }

  setAdapter(adapter: Adapter, optimizer?: OptimizerState): Promise<void> {
    return this.#calls.run(undefined, (call) => this.#service.setAdapter(call, adapter, optimizer));
  }

  adapter(): Promise<{ adapter: Adapter; optimizer: OptimizerState }> {
    return this.#calls.run(undefined, (call) => this.#service.adapter(call));
  }

  logprobs(group: LearnerGroup, temperature: number): Promise<Float32Array[]> {
    return this.#calls.run(undefined, (call) => this.#service.logprobs(call, group, temperature));
  }

  update(
    groups: LearnerGroup[],
    objective: ObjectiveSettings,
    optimizer: OptimizerSettings,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<LearnerMetrics> {
    const told = onProgress && Comlink.proxy(onProgress);
    return this.#calls.run(signal, (call) => this.#service.update(call, groups, objective, optimizer, told));
  }

  dispose(): Promise<void> {
    return this.#calls.run(undefined, (call) => this.#service.dispose(call));
  }
}

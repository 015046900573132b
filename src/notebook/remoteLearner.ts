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
import { CancellableCalls } from './cancellableCalls.ts';

type Service = Comlink.Remote<LearnerService>;

let worker: Service | null = null;

function learnerWorker(): Service {
  worker ??= Comlink.wrap<LearnerService>(
    new Worker(new URL('../../workers/learner.ts', import.meta.url), { type: 'module', name: 'learner' }),
  );
  return worker;
}

/** Takes the place of the learner loaded before. @throws naming what is missing; AbortError. */
export async function loadRemoteLearner(
  address: LearnerAddress,
  onProgress: (loaded: number, total: number | null) => void,
  signal: AbortSignal,
): Promise<Learner> {
  const service = learnerWorker();
  const learner = new RemoteLearner(service, address.device);
  await learner.calls.run(signal, (call) => service.load(call, address, Comlink.proxy(onProgress)));
  return learner;
}

class RemoteLearner implements Learner {
  readonly device: 'webgpu' | 'wasm';
  readonly calls: CancellableCalls;
  readonly #service: Service;

  constructor(service: Service, device: 'webgpu' | 'wasm') {
    [this.#service, this.device] = [service, device];
    this.calls = new CancellableCalls((call) => void service.cancel(call));
  }

  setAdapter(adapter: Adapter, optimizer?: OptimizerState): Promise<void> {
    return this.calls.run(undefined, (call) => this.#service.setAdapter(call, adapter, optimizer));
  }

  adapter(): Promise<{ adapter: Adapter; optimizer: OptimizerState }> {
    return this.calls.run(undefined, (call) => this.#service.adapter(call));
  }

  logprobs(group: LearnerGroup, temperature: number): Promise<Float32Array[]> {
    return this.calls.run(undefined, (call) => this.#service.logprobs(call, group, temperature));
  }

  update(
    groups: LearnerGroup[],
    objective: ObjectiveSettings,
    optimizer: OptimizerSettings,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<LearnerMetrics> {
    const told = onProgress && Comlink.proxy(onProgress);
    return this.calls.run(signal, (call) => this.#service.update(call, groups, objective, optimizer, told));
  }

  dispose(): Promise<void> {
    return this.calls.run(undefined, (call) => this.#service.dispose(call));
  }
}

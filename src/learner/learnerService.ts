/** A learner behind a message port: as Learner, but each call has a number of the caller's by which it is cancelled. */
import type { Adapter } from '../checkpoint/adapter.ts';
import type { CheckpointAddress } from '../checkpoint/address.ts';
import type { Learner, LearnerGroup, LearnerMetrics, OptimizerSettings, OptimizerState } from './learner.ts';
import type { ObjectiveSettings } from './lossSettings.ts';

export interface LearnerAddress extends CheckpointAddress {
  device: 'webgpu' | 'wasm';
}

export type LoadLearner = (
  address: LearnerAddress,
  onProgress: ((loaded: number, total: number | null) => void) | undefined,
  signal: AbortSignal,
) => Promise<Learner>;

export class LearnerService {
  readonly #loadLearner: LoadLearner;
  readonly #controllers = new Map<number, AbortController>();
  #learner: Learner | null = null;

  constructor(loadLearner: LoadLearner) {
    this.#loadLearner = loadLearner;
  }

  /** Replaces the learner that was loaded before. */
  load(
    call: number,
    address: LearnerAddress,
    onProgress?: (loaded: number, total: number | null) => void,
  ): Promise<void> {
    return this.#run(call, async (signal) => {
      await this.#learner?.dispose();
      this.#learner = null;
      this.#learner = await this.#loadLearner(address, onProgress, signal);
    });
  }

  setAdapter(call: number, adapter: Adapter, optimizer?: OptimizerState): Promise<void> {
    return this.#run(call, () => this.#loaded().setAdapter(adapter, optimizer));
  }

  adapter(call: number): Promise<{ adapter: Adapter; optimizer: OptimizerState }> {
    return this.#run(call, () => this.#loaded().adapter());
  }

  logprobs(call: number, group: LearnerGroup, temperature: number): Promise<Float32Array[]> {
    return this.#run(call, () => this.#loaded().logprobs(group, temperature));
  }

  update(
    call: number,
    groups: LearnerGroup[],
    objective: ObjectiveSettings,
    optimizer: OptimizerSettings,
    onProgress?: (done: number, total: number) => void,
  ): Promise<LearnerMetrics> {
    return this.#run(call, (signal) =>
      this.#loaded().update(groups, objective, optimizer, { signal, onProgress }),
    );
  }

  dispose(call: number): Promise<void> {
    return this.#run(call, async () => {
      await this.#learner?.dispose();
      this.#learner = null;
    });
  }

  /** Of the learner loaded last: never ends unless its device does. @throws DeviceLostError. */
  async lost(): Promise<never> {
    return this.#loaded().lost ?? new Promise(() => undefined);
  }

  /** The call ends with an AbortError. */
  cancel(call: number): void {
    this.#controllers.get(call)?.abort();
  }

  #loaded(): Learner {
    if (!this.#learner) throw new Error('no learner is loaded: call load first');
    return this.#learner;
  }

  async #run<T>(call: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.#controllers.set(call, controller);
    try {
      return await run(controller.signal);
    } finally {
      this.#controllers.delete(call);
    }
  }
}

/** The learner on tfjs: packed forward and hand-written backward over a group, the objective's loss, AdamW. */
import * as tf from '@tensorflow/tfjs-core';
import type { Adapter } from '../checkpoint/adapter.ts';
import { adamwStep, globalNorm, type Tensors } from './adamw.ts';
import { allocatedMetric } from './allocated.ts';
import { deviceLost, onDevice, type Device } from './backend.ts';
import type { AdapterGradients, Pause } from './decoder.ts';
import { DecoderModel, type GroupScores } from './decoderModel.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import type { ScoredResponse } from './grpoLoss.ts';
import type { Learner, LearnerGroup, LearnerMetrics, OptimizerSettings, OptimizerState } from './learner.ts';
import type { LoraGradient } from './linear.ts';
import type { ObjectiveSettings } from './lossSettings.ts';
import { ACTIVATION_BYTES } from './memory.ts';
import { objectiveOf, type Objective, type Slopes } from './objective.ts';
import { TrainableAdapter, withParameters } from './trainableAdapter.ts';

/** The event loop gets a turn, so that an abort can arrive, after so many milliseconds of work. */
const TURN_MS = 100;

/** Where an update does not fit. */
const LOWER = 'lower num_generations, max_completion_length or the rank r of the adapter';

export class TfjsLearner implements Learner {
  readonly device: Device;
  readonly #model: DecoderModel;
  #trained: TrainableAdapter | null = null;

  /**
   * The backend of `device` has been started.
   * @param activationBytes a group's activations are kept for the backward pass up to this size, else recomputed.
   */
  constructor(device: Device, parameters: DecoderParameters, activationBytes = ACTIVATION_BYTES) {
    this.device = device;
    this.#model = new DecoderModel(parameters, activationBytes);
  }

  get lost(): Promise<never> {
    return deviceLost();
  }

  setAdapter(adapter: Adapter, optimizer?: OptimizerState): Promise<void> {
    this.#replace(new TrainableAdapter(adapter, optimizer, (module) => this.#model.weight(module)));
    return Promise.resolve();
  }

  adapter(): Promise<{ adapter: Adapter; optimizer: OptimizerState }> {
    const { adapter, optimizer } = this.#requireAdapter();
    return Promise.resolve(structuredClone({ adapter, optimizer }));
  }

  async logprobs(group: LearnerGroup, temperature: number): Promise<Float32Array[]> {
    this.#model.check(group);
    return onDevice(LOWER, () => this.#logprobs(group, temperature, this.#trained, breathing()));
  }

  async update(
    groups: LearnerGroup[],
    settings: ObjectiveSettings,
    optimizer: OptimizerSettings,
    options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<LearnerMetrics> {
    const trained = this.#requireAdapter();
    if (groups.length === 0) throw new Error('no groups to learn from; skip this update');
    for (const group of groups) this.#model.check(group);
    const pause = breathing(options.signal);
    const objective = objectiveOf(settings, groups);
    const gradients = await onDevice(LOWER, () =>
      this.#accumulate(trained, groups, objective, pause, options.onProgress),
    );

    const norm = globalNorm(gradients);
    if (!Number.isFinite(norm))
      throw new Error(`gradient norm is ${norm}; the adapter is unchanged, try a lower learning_rate`);
    const next = adamwStep(trained.parameters(), gradients, norm, trained.optimizer, optimizer);
    const adapter = withParameters(trained.adapter, next.parameters);
    this.#replace(new TrainableAdapter(adapter, next.state, (module) => this.#model.weight(module)));
    return {
      ...objective.metrics(),
      ...allocatedMetric(),
      grad_norm: norm,
      learning_rate: optimizer.learning_rate,
    };
  }

  dispose(): Promise<void> {
    this.#trained?.dispose();
    this.#trained = null;
    this.#model.dispose();
    return Promise.resolve();
  }

  async #accumulate(
    trained: TrainableAdapter,
    groups: LearnerGroup[],
    objective: Objective,
    pause: Pause,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Tensors> {
    const { temperature } = objective;
    const differentiable = objective.entropies ? 'logprobs and entropies' : 'logprobs';
    const total: AdapterGradients = {};
    try {
      for (const [done, group] of groups.entries()) {
        await pause();
        if (!objective.takes(done)) {
          onProgress?.(done + 1, groups.length);
          continue;
        }
        const reference = objective.reference ? await this.#logprobs(group, temperature, null, pause) : null;
        const scores = await this.#model.score(group, temperature, trained.tensors, differentiable, pause);
        try {
          const slopes = objective.add(
            done,
            group.responses.map((_, i) => scoredResponse(scores, reference, i)),
          );
          if (hasSlope(slopes))
            accumulate(total, await this.#model.backward(scores, slopes, trained.tensors, pause));
        } finally {
          scores.dispose();
        }
        onProgress?.(done + 1, groups.length);
      }
      await pause();
      return await trained.readGradients(total);
    } finally {
      tf.dispose(total);
    }
  }

  async #logprobs(
    group: LearnerGroup,
    temperature: number,
    trained: TrainableAdapter | null,
    pause: Pause,
  ): Promise<Float32Array[]> {
    const scores = await this.#model.score(group, temperature, trained?.tensors ?? null, null, pause);
    scores.dispose();
    return scores.logprobs;
  }

  #replace(next: TrainableAdapter): void {
    this.#trained?.dispose();
    this.#trained = next;
  }

  #requireAdapter(): TrainableAdapter {
    if (!this.#trained) throw new Error('learner has no adapter yet; call setAdapter first');
    return this.#trained;
  }
}

function hasSlope({ weights, entropyWeights }: Slopes): boolean {
  return (
    entropyWeights.some((value) => value !== 0) ||
    weights.some((values) => values.some((value) => value !== 0))
  );
}

function scoredResponse(scores: GroupScores, reference: Float32Array[] | null, i: number): ScoredResponse {
  return {
    logprobs: scores.logprobs[i],
    entropies: scores.entropies[i],
    reference: reference ? reference[i] : null,
  };
}

/** Adds a group's gradients to the total, which takes them over. */
function accumulate(total: AdapterGradients, gradients: AdapterGradients): void {
  for (const [module, gradient] of Object.entries(gradients)) {
    const before = total[module] as LoraGradient | undefined;
    total[module] = before
      ? { dAt: tf.add(before.dAt, gradient.dAt), dB: tf.add(before.dB, gradient.dB) }
      : gradient;
    if (before) tf.dispose([before, gradient]);
  }
}

/** A pause that lets the event loop turn now and then, and throws when the signal is aborted. */
function breathing(signal?: AbortSignal): Pause {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > TURN_MS) {
      await new Promise((resolve) => setTimeout(resolve));
      last = performance.now();
    }
    signal?.throwIfAborted();
  };
}

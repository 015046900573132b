/** The learner on tfjs: packed forward and hand-written backward over a group, GRPO loss, AdamW. */
import * as tf from '@tensorflow/tfjs-core';
import type { Adapter } from '../checkpoint/adapter.ts';
import { adamwStep, globalNorm, type Tensors } from './adamw.ts';
import type { Device } from './backend.ts';
import type { AdapterGradients, Pause } from './decoder.ts';
import { DecoderModel, type GroupScores } from './decoderModel.ts';
import type { DecoderParameters } from './decoderParameters.ts';
import { batchSize, lossMetrics, responseLoss, type ResponseLoss } from './grpoLoss.ts';
import type {
  Learner,
  LearnerGroup,
  LearnerMetrics,
  LossSettings,
  OptimizerSettings,
  OptimizerState,
} from './learner.ts';
import type { LoraGradient } from './linear.ts';
import { TrainableAdapter, withParameters } from './trainableAdapter.ts';

/** The event loop gets a turn, so that an abort can arrive, after so many milliseconds of work. */
const TURN_MS = 100;

export class TfjsLearner implements Learner {
  readonly device: Device;
  readonly #model: DecoderModel;
  #trained: TrainableAdapter | null = null;

  /**
   * The backend of `device` has been started.
   * @param activationBytes a group's activations are kept for the backward pass up to this size, else recomputed.
   */
  constructor(device: Device, parameters: DecoderParameters, activationBytes = 2 ** 28) {
    this.device = device;
    this.#model = new DecoderModel(parameters, activationBytes);
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
    return this.#logprobs(group, temperature, this.#trained, breathing());
  }

  async update(
    groups: LearnerGroup[],
    loss: LossSettings,
    optimizer: OptimizerSettings,
    options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
  ): Promise<LearnerMetrics> {
    const trained = this.#requireAdapter();
    if (groups.length === 0) throw new Error('no groups to learn from; skip this update');
    for (const group of groups) this.#model.check(group);
    const pause = breathing(options.signal);
    const { losses, gradients } = await this.#accumulate(trained, groups, loss, pause, options.onProgress);

    const norm = globalNorm(gradients);
    if (!Number.isFinite(norm))
      throw new Error(`gradient norm is ${norm}; the adapter is unchanged, try a lower learning_rate`);
    const next = adamwStep(trained.parameters(), gradients, norm, trained.optimizer, optimizer);
    const adapter = withParameters(trained.adapter, next.parameters);
    this.#replace(new TrainableAdapter(adapter, next.state, (module) => this.#model.weight(module)));
    return { ...lossMetrics(losses, loss), grad_norm: norm, learning_rate: optimizer.learning_rate };
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
    settings: LossSettings,
    pause: Pause,
    onProgress?: (done: number, total: number) => void,
  ): Promise<{ losses: ResponseLoss[]; gradients: Tensors }> {
    const batch = batchSize(groups);
    const losses: ResponseLoss[] = [];
    const total: AdapterGradients = {};
    try {
      for (const [done, group] of groups.entries()) {
        await pause();
        const reference =
          settings.beta === 0 ? null : await this.#logprobs(group, settings.temperature, null, pause);
        const scores = await this.#model.score(group, settings.temperature, trained.tensors, true, pause);
        try {
          const groupLosses = group.responses.map((response, i) =>
            responseLoss(response, scoredResponse(scores, reference, i), settings, batch),
          );
          losses.push(...groupLosses);
          const weights = groupLosses.map((response) => response.weights);
          if (weights.some((values) => values.some((value) => value !== 0)))
            accumulate(total, await this.#model.backward(scores, weights, trained.tensors, pause));
        } finally {
          scores.dispose();
        }
        onProgress?.(done + 1, groups.length);
      }
      await pause();
      return { losses, gradients: await trained.readGradients(total) };
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
    const scores = await this.#model.score(group, temperature, trained?.tensors ?? null, false, pause);
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

function scoredResponse(scores: GroupScores, reference: Float32Array[] | null, i: number) {
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

/**
 * The GRPO loss and its gradient in the log-probabilities, by TRL's definitions (grpo_trainer.py): clipped ratio,
 * k3 estimator of the KL to the base model, sequence-level importance-sampling mask, three normalisations.
 */
import type { LearnerGroup, LearnerMetrics, LearnerResponse, LossSettings } from './learner.ts';

/** Over all groups of the update. */
export interface BatchSize {
  responses: number;
  tokens: number;
}

/** What the learner computed for one response, a value a token. */
export interface ScoredResponse {
  logprobs: Float32Array;
  entropies: Float32Array;
  /** Of the base model; null when beta is 0. */
  reference: Float32Array | null;
}

export interface ResponseLoss {
  /** This response's share of the loss. */
  loss: number;
  /** Gradient of the loss in each log-probability. */
  weights: Float32Array;
  tally: ResponseTally;
}

/** Sums over the tokens of a response, for the metrics. */
interface ResponseTally {
  tokens: number;
  entropy: number;
  kl: number;
  lowClipped: number;
  highClipped: number;
  difference: number;
  maxDifference: number;
  importanceRatio: number;
}

export function batchSize(groups: LearnerGroup[]): BatchSize {
  const responses = groups.flatMap((group) => group.responses);
  return {
    responses: responses.length,
    tokens: responses.reduce((sum, response) => sum + response.ids.length, 0),
  };
}

export function responseLoss(
  response: LearnerResponse,
  scored: ScoredResponse,
  settings: LossSettings,
  batch: BatchSize,
): ResponseLoss {
  const { advantage } = response;
  const { logprobs, entropies, reference } = scored;
  const [low, high] = [1 - settings.epsilon, 1 + (settings.epsilon_high ?? settings.epsilon)];
  const old = response.oldLogprobs ?? logprobs;
  const differences = old.map((value, i) => zeroIfNaN(value - response.samplingLogprobs[i]));
  const importanceRatio = settings.importance_sampling_correction
    ? maskedImportanceRatio(differences, settings.importance_sampling_clip_max)
    : 1;
  const share = tokenShare(logprobs.length, settings, batch);

  const weights = new Float32Array(logprobs.length);
  const tally: ResponseTally = {
    tokens: logprobs.length,
    entropy: sum(entropies),
    kl: 0,
    lowClipped: 0,
    highClipped: 0,
    difference: differences.reduce((total, value) => total + Math.abs(value), 0),
    maxDifference: differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
    importanceRatio,
  };
  let loss = 0;
  logprobs.forEach((logprob, i) => {
    const ratio = Math.exp(logprob - old[i]);
    const clipped = Math.min(Math.max(ratio, low), high);
    const isClipped = clipped * advantage < ratio * advantage;
    let tokenLoss = -importanceRatio * advantage * (isClipped ? clipped : ratio);
    let slope = isClipped ? 0 : -importanceRatio * advantage * ratio;
    if (reference) {
      const towardsReference = reference[i] - logprob;
      const kl = Math.exp(towardsReference) - towardsReference - 1;
      tokenLoss += settings.beta * kl;
      slope += settings.beta * (1 - Math.exp(towardsReference));
      tally.kl += kl;
    }
    if (ratio < low && advantage < 0) tally.lowClipped++;
    if (ratio > high && advantage > 0) tally.highClipped++;
    loss += share * tokenLoss;
    weights[i] = share * slope;
  });
  return { loss, weights, tally };
}

/** Weight of one token of a response of `length` tokens in the loss. */
function tokenShare(length: number, settings: LossSettings, batch: BatchSize): number {
  switch (settings.loss_type) {
    case 'grpo':
      return 1 / (batch.responses * length);
    case 'dapo':
      return 1 / batch.tokens;
    case 'dr_grpo':
      return 1 / (batch.responses * settings.max_completion_length);
  }
}

/** TRL's vllm_importance_sampling_mode "sequence_mask": a whole response counts by its ratio, or not at all. */
function maskedImportanceRatio(differences: Float32Array, clipMax: number): number {
  const ratio = Math.exp(sum(differences));
  return ratio > clipMax ? 0 : ratio;
}

export function lossMetrics(losses: ResponseLoss[], settings: LossSettings): LearnerMetrics {
  const tallies = losses.map(({ tally }) => tally);
  const total = (key: keyof ResponseTally) => tallies.reduce((all, tally) => all + tally[key], 0);
  const tokens = total('tokens');
  const ratios = tallies.map((tally) => tally.importanceRatio);
  const metrics: LearnerMetrics = {
    policy_loss: losses.reduce((all, { loss }) => all + loss, 0),
    entropy: total('entropy') / tokens,
    'clip_ratio/low_mean': total('lowClipped') / tokens,
    'clip_ratio/low_min': Math.min(...tallies.map((tally) => tally.lowClipped / tally.tokens)),
    'clip_ratio/high_mean': total('highClipped') / tokens,
    'clip_ratio/high_max': Math.max(...tallies.map((tally) => tally.highClipped / tally.tokens)),
    'clip_ratio/region_mean': (total('lowClipped') + total('highClipped')) / tokens,
    'sampling/sampling_logp_difference/mean': total('difference') / tokens,
    'sampling/sampling_logp_difference/max': Math.max(...tallies.map((tally) => tally.maxDifference)),
  };
  if (settings.beta !== 0) metrics.kl = total('kl') / tokens;
  if (settings.importance_sampling_correction) {
    metrics['sampling/importance_sampling_ratio/min'] = Math.min(...ratios);
    metrics['sampling/importance_sampling_ratio/mean'] = total('importanceRatio') / ratios.length;
    metrics['sampling/importance_sampling_ratio/max'] = Math.max(...ratios);
  }
  return metrics;
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function zeroIfNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/**
 * The GRPO loss and its gradient in the log-probabilities, by TRL's definitions (grpo_trainer.py): the policy term,
 * the KL to the base model, the entropy bonus, the correction for the sampling engine, and how tokens are averaged.
 * A group is TRL's local batch.
 */
import { importanceWeights } from './importanceCorrection.ts';
import { klPenalty } from './klPenalty.ts';
import type { LearnerGroup, LearnerResponse } from './learner.ts';
import type { LossSettings } from './lossSettings.ts';
import { highClip, lowClip, policyTerm } from './policyTerm.ts';

/** Of all groups of the update, and of the group under way. Tokens are those that take part in the loss. */
export interface BatchSize {
  groups: number;
  responses: number;
  tokens: number;
  groupTokens: number;
}

/** What the learner computed for one response, a value a token. */
export interface ScoredResponse {
  logprobs: Float32Array;
  entropies: Float32Array;
  /** Of the base model; null when beta is 0. */
  reference: Float32Array | null;
}

export interface ResponseLoss {
  /** This response's share of the loss, the entropy bonus left out. */
  loss: number;
  /** Gradient of the loss in each log-probability. */
  weights: Float32Array;
  /** Gradient of the loss in each token's entropy. */
  entropyWeight: number;
  tally: ResponseTally;
}

/** Sums over a response for the metrics. */
export interface ResponseTally {
  /** That take part in the loss. */
  tokens: number;
  entropy: number;
  kl: number;
  /** Ratios that were taken: one a token or one a response. */
  ratios: number;
  lowClipped: number;
  highClipped: number;
  difference: number;
  maxDifference: number;
  /** One a token or one a response. */
  importanceRatios: number[];
}

/** False where the loss has no gradient in the group's responses: it counts in the means and need not be scored. */
export function teaches(
  { responses }: LearnerGroup,
  { beta, entropy_coef }: Pick<LossSettings, 'beta' | 'entropy_coef'>,
): boolean {
  return beta !== 0 || entropy_coef !== 0 || responses.some(({ advantage }) => advantage !== 0);
}

export function isActive(response: LearnerResponse, settings: LossSettings): boolean {
  return !(settings.mask_truncated_completions && response.truncated);
}

export function batchSizes(groups: LearnerGroup[], settings: LossSettings): BatchSize[] {
  const tokens = groups.map(({ responses }) =>
    responses
      .filter((response) => isActive(response, settings))
      .reduce((sum, { ids }) => sum + ids.length, 0),
  );
  return tokens.map((groupTokens) => ({
    groups: groups.length,
    responses: groups.reduce((sum, { responses }) => sum + responses.length, 0),
    tokens: tokens.reduce((sum, count) => sum + count, 0),
    groupTokens,
  }));
}

export function responseLoss(
  response: LearnerResponse,
  scored: ScoredResponse,
  settings: LossSettings,
  batch: BatchSize,
): ResponseLoss {
  if (!isActive(response, settings)) return noLoss(response, settings);
  const { advantage } = response;
  const { logprobs, entropies, reference } = scored;
  const old = response.oldLogprobs ?? logprobs;
  const differences = old.map((value, i) => zeroIfNaN(value - response.samplingLogprobs[i]));
  const corrections = settings.importance_sampling_correction
    ? importanceWeights(differences, settings)
    : null;
  const bySequence = settings.importance_sampling_level === 'sequence';
  const sequenceRatio = bySequence ? Math.exp(meanDifference(logprobs, old)) : 1;
  const share = tokenShare(logprobs.length, settings, batch);

  const weights = new Float32Array(logprobs.length);
  let [loss, kl, lowClipped, highClipped, sequenceSlope] = [0, 0, 0, 0, 0];
  logprobs.forEach((logprob, i) => {
    const ratio = bySequence ? sequenceRatio : Math.exp(logprob - old[i]);
    const term = policyTerm(ratio, logprob, advantage, corrections ? corrections[i] : 1, settings);
    let tokenLoss = term.loss;
    let slope = term.logprobSlope;
    if (bySequence) sequenceSlope += term.ratioSlope;
    else slope += term.ratioSlope;
    if (reference) {
      const penalty = klPenalty(logprob, reference[i], settings.kl_penalty);
      tokenLoss += settings.beta * penalty.kl;
      slope += settings.beta * penalty.slope;
      kl += penalty.kl;
    }
    if (!bySequence || i === 0) {
      if (ratio < lowClip(settings) && advantage < 0) lowClipped++;
      if (ratio > highClip(settings) && advantage > 0) highClipped++;
    }
    loss += share * tokenLoss;
    weights[i] = share * slope;
  });
  if (bySequence)
    weights.forEach((weight, i) => (weights[i] = weight + (share * sequenceSlope) / logprobs.length));
  return {
    loss,
    weights,
    entropyWeight: settings.entropy_coef === 0 ? 0 : -settings.entropy_coef * entropyShare(settings, batch),
    tally: {
      tokens: logprobs.length,
      entropy: sum(entropies),
      kl,
      ratios: bySequence ? 1 : logprobs.length,
      lowClipped,
      highClipped,
      difference: differences.reduce((total, value) => total + Math.abs(value), 0),
      maxDifference: differences.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      importanceRatios: corrections === null ? [] : ofSequence(settings) ? [corrections[0]] : corrections,
    },
  };
}

/** Of a masked response; by sequence its ratios are 1 and count, as in TRL. */
function noLoss({ ids }: LearnerResponse, settings: LossSettings): ResponseLoss {
  return {
    loss: 0,
    weights: new Float32Array(ids.length),
    entropyWeight: 0,
    tally: {
      tokens: 0,
      entropy: 0,
      kl: 0,
      ratios: settings.importance_sampling_level === 'sequence' ? 1 : 0,
      lowClipped: 0,
      highClipped: 0,
      difference: 0,
      maxDifference: 0,
      importanceRatios: settings.importance_sampling_correction && ofSequence(settings) ? [1] : [],
    },
  };
}

/** Weight of one token of a response of `length` tokens in the loss. */
function tokenShare(length: number, settings: LossSettings, batch: BatchSize): number {
  switch (settings.loss_type) {
    case 'grpo':
    case 'sapo':
      return 1 / (batch.responses * length);
    case 'dapo':
    case 'cispo':
      return 1 / batch.tokens;
    case 'bnpo':
      return 1 / (batch.groups * batch.groupTokens);
    case 'dr_grpo':
      return 1 / (batch.responses * settings.max_completion_length);
  }
}

/** Weight of one token in the mean entropy. */
function entropyShare({ loss_type }: LossSettings, batch: BatchSize): number {
  return loss_type === 'dapo' || loss_type === 'cispo'
    ? 1 / batch.tokens
    : 1 / (batch.groups * batch.groupTokens);
}

function ofSequence({ importance_sampling_mode }: LossSettings): boolean {
  return importance_sampling_mode.startsWith('sequence_');
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, value, i) => total + (value - b[i]), 0) / a.length;
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function zeroIfNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

/** GRPO's objective at one token, every part by its name: TRL's clipped ratio and k3 estimator of the KL. */
import type { LossSettings } from '../../learner/lossSettings.ts';

/** Averages that the lab sets side by side. */
export type TokenAverage = Extract<LossSettings['loss_type'], 'grpo' | 'dapo' | 'dr_grpo'>;

export interface ClipSettings {
  epsilon: number;
  epsilon_high: number;
  /** 0 leaves the KL out. */
  beta: number;
}

export interface TokenObjective {
  ratio: number;
  low: number;
  high: number;
  /** Where the ratio lies. */
  region: 'below' | 'inside' | 'above';
  /** ratio x advantage. */
  plain: number;
  /** clip(ratio) x advantage. */
  clipped: number;
  /** The clipped one is the smaller: the ratio no longer matters. */
  isClipped: boolean;
  /** 0 without a reference. */
  kl: number;
  /** min(plain, clipped) - beta kl: to be raised. */
  objective: number;
  /** d objective / d log p: how hard the token is pushed up (> 0) or down. */
  slope: number;
}

/** @param reference log p of the base model; null where it is not known. */
export function tokenObjective(
  logprob: number,
  oldLogprob: number,
  reference: number | null,
  advantage: number,
  { epsilon, epsilon_high, beta }: ClipSettings,
): TokenObjective {
  const ratio = Math.exp(logprob - oldLogprob);
  const [low, high] = [1 - epsilon, 1 + epsilon_high];
  const plain = ratio * advantage;
  const clipped = Math.min(Math.max(ratio, low), high) * advantage;
  const isClipped = clipped < plain;
  const towards = reference === null ? 0 : reference - logprob;
  const kl = Math.exp(towards) - towards - 1;
  return {
    ratio,
    low,
    high,
    region: ratio < low ? 'below' : ratio > high ? 'above' : 'inside',
    plain,
    clipped,
    isClipped,
    kl,
    objective: Math.min(plain, clipped) - beta * kl,
    slope: (isClipped ? 0 : plain) + beta * (Math.exp(towards) - 1),
  };
}

/**
 * Weight of one token in the loss when the group is the whole batch.
 * @param lengths tokens of each response. @param i whose token it is.
 */
export function tokenShare(average: TokenAverage, lengths: number[], i: number, maxLength: number): number {
  switch (average) {
    case 'grpo':
      return 1 / (lengths.length * lengths[i]);
    case 'dapo':
      return 1 / lengths.reduce((sum, length) => sum + length, 0);
    case 'dr_grpo':
      return 1 / (lengths.length * maxLength);
  }
}

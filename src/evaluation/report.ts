import type { Kind } from '../questions/question.ts';

/** A share with its count and 95 % Wilson interval. */
export interface Proportion {
  value: number;
  n: number;
  low: number;
  high: number;
}

export interface KindReport {
  /** Greedy. */
  accuracy: Proportion;
  /** Under sampling at T = 1: mean over the samples of every question; n counts questions, the interval is over questions. */
  sampled_accuracy: Proportion;
  /** Share of greedy responses in the format. */
  format: Proportion;
}

export interface EvaluationReport extends KindReport {
  by_kind: Partial<Record<Kind, KindReport>>;
  /** Was the image blanked? */
  blind: boolean;
  /** Question ids in order, and for each: greedy correct, share of correct samples. For paired tests. */
  questions: string[];
  greedy: (0 | 1)[];
  sampled: number[];
  seconds: number;
}

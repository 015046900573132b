/** An evaluation in a few numbers, without its questions. */
import type { Kind } from '../questions/question.ts';
import type { EvaluationReport, KindReport, Proportion } from './report.ts';

type Interval = [low: number, high: number];

/** Shares, with 95 % intervals; n counts questions. */
export interface ShareSummary {
  accuracy: number;
  accuracy_interval: Interval;
  sampled_accuracy: number;
  sampled_accuracy_interval: Interval;
  format: number;
  format_interval: Interval;
  n: number;
}

export interface EvaluationSummary extends ShareSummary {
  by_kind: Partial<Record<Kind, ShareSummary>>;
}

export function summary(report: EvaluationReport): EvaluationSummary {
  const kinds = Object.entries(report.by_kind) as [Kind, KindReport][];
  return { ...shares(report), by_kind: Object.fromEntries(kinds.map(([kind, own]) => [kind, shares(own)])) };
}

function shares({ accuracy, sampled_accuracy, format }: KindReport): ShareSummary {
  const interval = ({ low, high }: Proportion): Interval => [low, high];
  return {
    accuracy: accuracy.value,
    accuracy_interval: interval(accuracy),
    sampled_accuracy: sampled_accuracy.value,
    sampled_accuracy_interval: interval(sampled_accuracy),
    format: format.value,
    format_interval: interval(format),
    n: accuracy.n,
  };
}

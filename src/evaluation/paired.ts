/** Two evaluations on the same questions, compared question by question. */
import { meanInterval, type MeanInterval } from './intervals.ts';
import type { EvaluationReport } from './report.ts';

export interface PairedComparison {
  /** After minus before, greedy accuracy, with a t interval over questions. */
  accuracy: MeanInterval;
  /** Two-sided exact McNemar test of the greedy answers. */
  mcnemar: { gained: number; lost: number; p: number };
  /** After minus before, accuracy under sampling, with a t interval over questions. */
  sampled_accuracy: MeanInterval;
}

/**
 * @param only keeps the questions it names, e.g. those of one kind.
 * @throws Error when the reports are not about the same questions.
 */
export function comparePaired(
  before: EvaluationReport,
  after: EvaluationReport,
  only: (question: string) => boolean = () => true,
): PairedComparison {
  if (
    before.questions.length !== after.questions.length ||
    before.questions.some((q, i) => q !== after.questions[i])
  )
    throw new Error(
      'the two evaluations are not of the same questions: evaluate both on one list, in one order',
    );
  const kept = before.questions.flatMap((question, i) => (only(question) ? [i] : []));
  const changes = kept.map((i) => after.greedy[i] - before.greedy[i]);
  const gained = changes.filter((change) => change > 0).length;
  const lost = changes.filter((change) => change < 0).length;
  return {
    accuracy: meanInterval(changes),
    mcnemar: { gained, lost, p: mcnemarExact(gained, lost) },
    sampled_accuracy: meanInterval(kept.map((i) => after.sampled[i] - before.sampled[i])),
  };
}

/** Probability, were gains and losses equally likely, of a split at least as uneven. */
export function mcnemarExact(gained: number, lost: number): number {
  const n = gained + lost;
  let logChoose = 0;
  let tail = 0;
  for (let k = 0; k <= Math.min(gained, lost); k++) {
    if (k > 0) logChoose += Math.log((n - k + 1) / k);
    tail += Math.exp(logChoose - n * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}

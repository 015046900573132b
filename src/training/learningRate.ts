/** Learning-rate schedules under transformers' names (lr_scheduler_type), a rate a step. */

export const LR_SCHEDULERS = ['constant', 'constant_with_warmup', 'linear', 'cosine'] as const;

export interface Schedule {
  /** Linear and cosine fall to 0 after the last step. */
  lr_scheduler_type: (typeof LR_SCHEDULERS)[number];
  /** Steps over which the rate rises from 0, the first step's; "constant" has none, as in transformers. */
  warmup_steps: number;
}

/** @param step from 1. @param steps of the whole run. */
export function scheduledRate(
  learningRate: number,
  step: number,
  steps: number,
  { lr_scheduler_type, warmup_steps }: Schedule,
): number {
  const done = step - 1;
  if (lr_scheduler_type === 'constant') return learningRate;
  if (done < warmup_steps) return (learningRate * done) / warmup_steps;
  const progress = Math.min(1, (done - warmup_steps) / Math.max(1, steps - warmup_steps));
  switch (lr_scheduler_type) {
    case 'constant_with_warmup':
      return learningRate;
    case 'linear':
      return learningRate * (1 - progress);
    case 'cosine':
      return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
  }
}

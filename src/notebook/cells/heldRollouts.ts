import { rolloutBytes, stepsToThin, thinned } from '../../runs/rolloutBudget.ts';
import type { StepRecord } from '../../training/stepRecord.ts';

/** Keeps what a page holds of a run's rollouts within the budget of the store: what that thins is not held either. */
export class HeldRollouts {
  /** Of each step. */
  readonly #bytes: number[] = [];
  /** So many of the first steps hold one group only. */
  #thinned = 0;

  /** @param steps all of a run's, one more than before or more; changed in place. */
  within(steps: StepRecord[]): StepRecord[] {
    for (const step of steps.slice(this.#bytes.length)) this.#bytes.push(rolloutBytes(step));
    for (const most = stepsToThin(this.#bytes); this.#thinned < most; this.#thinned++)
      steps[this.#thinned] = thinned(steps[this.#thinned]);
    return steps;
  }
}

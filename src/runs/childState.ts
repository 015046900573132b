import type { TrainingState } from '../training/trainingState.ts';

/** What a run begins with that goes on from another: adapter, moments and place in the questions; no step is done yet. */
export function childState(state: TrainingState): TrainingState {
  return { ...state, step: 0, num_tokens: 0 };
}

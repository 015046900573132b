import type { Adapter } from '../checkpoint/adapter.ts';
import type { OptimizerState } from '../learner/learner.ts';
import type { StepRecord } from './stepRecord.ts';

/** All a run needs to go on as if it had never stopped: with the same policy, questions and configuration the same numbers follow. */
export interface TrainingState {
  /** Steps done. */
  step: number;
  /** Prompts drawn from the questions so far; what is drawn next follows from it and the seed. */
  position: number;
  /** TRL's num_tokens: prompt and completion tokens seen, the prompt counted with every completion. */
  num_tokens: number;
  adapter: Adapter;
  optimizer: OptimizerState;
}

/** One step with the state behind it. */
export interface TrainedStep extends StepRecord {
  state: TrainingState;
}

/** What a reader changes on a group, as it is kept. */
import type { RecordedAt } from './labGroup.ts';

export interface LabConfig {
  /** Title of an example; null: a recorded group, which only this browser has. */
  example: string | null;
  /** Name of it. */
  algorithm: string;
  epsilon: number;
  epsilon_high: number;
  beta: number;
  num_generations: number;
  /** Of all responses drawn; null: as recorded. */
  rewards: number[] | null;
}

export interface LabResults {
  recorded: RecordedAt;
}

/** A run as it is remembered. */
import type { StateMapping } from '../demos/stateMapping.ts';
import type { EvaluationReport } from '../evaluation/report.ts';
import type { Edit } from '../questions/edits.ts';
import type { QuestionSettings } from '../questions/question.ts';
import type { SftForm } from '../questions/sftForms.ts';
import type { ResponseForm } from '../questions/supervisedResponse.ts';
import type { GrpoConfig } from '../training/grpoConfig.ts';
import type { StepRecord } from '../training/stepRecord.ts';
import type { TrainingState } from '../training/trainingState.ts';

/** What supervised fine-tuning has of its own; TRL's name where it has one. */
export interface SftSettings {
  /** Examples in an update. */
  per_device_train_batch_size: number;
  /** What is shown for each question. */
  response: ResponseForm | SftForm;
}

/** What a run asks, beyond what its settings make of its demonstrations. */
export interface AskedQuestions {
  /** The file whose questions take the place of made ones; null: they were made. */
  file: string | null;
  /** Changed or dropped by hand, by question id. */
  edits: [id: string, edit: Edit][];
  /** Numbers of questions trained on and held out. */
  train: number;
  held_out: number;
  /** By fingerprintRows, of those trained on, then those held out; null where it could not be taken. */
  sha256: string | null;
}

/** What a run is made of; with the bundle it makes the run again. */
export interface RunSettings {
  name: string;
  /** Hub id or name. */
  checkpoint: string;
  /** The demonstrations, with the SHA-256 of the file in hexadecimal where it was taken, and the columns chosen by hand. */
  bundle: { name: string; sha256: string | null; mapping?: StateMapping };
  question_settings: QuestionSettings;
  /** Left out by the command line, which asks what the settings make. */
  questions?: AskedQuestions;
  /** Share of the demonstrations held out. */
  test_fraction: number;
  /** Questions asked at most of those held out, and samples of each; left out by the page, which keeps them beside it. */
  held_out?: { questions: number; samples: number };
  /** Its seed is the run's seed. */
  config: GrpoConfig;
  /** Without it the run is GRPO's; with it supervised, and of config only what any training has is used. */
  sft?: SftSettings | null;
}

export const methodOf = ({ sft }: Pick<RunSettings, 'sft'>): 'grpo' | 'sft' => (sft ? 'sft' : 'grpo');

/** One line of a list of runs. */
export interface RunSummary extends RunSettings {
  id: string;
  /** ISO date and time. */
  created: string;
  /** Steps done. */
  steps: number;
  /** Of the last step. */
  metrics: Record<string, number> | null;
  /** By its owner. */
  tags: string[];
  notes: string;
  /** The run whose adapter and optimiser it began with; null: it began afresh. */
  parent: RunParent | null;
}

export interface RunParent {
  /** Null: no run, but an adapter in PEFT's files, of that name. */
  id: string | null;
  name: string;
  /** Steps the parent had done; null as id. */
  step: number | null;
}

export interface SavedEvaluation {
  /** After how many steps. */
  step: number;
  report: EvaluationReport;
}

export interface Run extends RunSummary {
  /** In order; early ones keep one group of rollouts when the run outgrows its budget. */
  records: StepRecord[];
  evaluations: SavedEvaluation[];
  /** To go on from; null before the first step. */
  state: TrainingState | null;
}

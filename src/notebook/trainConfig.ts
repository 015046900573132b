import { methodOf, type Run, type SftSettings } from '../runs/run.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../training/grpoConfig.ts';
import { DEFAULT_SFT_SETTINGS } from '../training/sftSettings.ts';
import { TABLETOP } from './remoteDemos.ts';

/** All that a training here is set by, beside the questions' settings. */
export interface TrainConfig {
  method: 'grpo' | 'sft';
  /** Which demonstrations: the shipped set, or the bundle that is loaded. */
  data: 'tabletop' | 'loaded';
  /** Share of demonstrations held out of every task. */
  test_fraction: number;
  /** Held-out questions asked each time. */
  eval_questions: number;
  /** Sampled answers to each of them. */
  eval_samples: number;
  /** Of supervised fine-tuning only optimizer, lora, steps and seed are used. */
  grpo: GrpoConfig;
  sft: SftSettings;
}

export const DEFAULT_TRAIN_CONFIG: TrainConfig = {
  method: 'grpo',
  data: 'tabletop',
  test_fraction: 0.25,
  eval_questions: 48,
  eval_samples: 4,
  grpo: DEFAULT_GRPO_CONFIG,
  sft: DEFAULT_SFT_SETTINGS,
};

/** As a stored run was set; `otherwise` where a run does not say. */
export function configOf(run: Run, otherwise: TrainConfig): TrainConfig {
  return {
    ...otherwise,
    data: run.bundle.name === TABLETOP ? 'tabletop' : 'loaded',
    test_fraction: run.test_fraction,
    eval_questions: run.evaluations[0]?.report.questions.length ?? otherwise.eval_questions,
    grpo: run.config,
    method: methodOf(run),
    sft: run.sft ?? otherwise.sft,
  };
}

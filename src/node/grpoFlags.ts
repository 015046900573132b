/** Flags for what a training minimises and how, under TRL's names where TRL has them. */
import {
  checkLoss,
  IMPORTANCE_SAMPLING_LEVELS,
  IMPORTANCE_SAMPLING_MODES,
  KL_PENALTIES,
  LOSS_TYPES,
} from '../learner/lossSettings.ts';
import { ADVANTAGE_ESTIMATORS } from '../training/advantages.ts';
import { DEFAULT_GRPO_CONFIG, type GrpoConfig } from '../training/grpoConfig.ts';
import { LR_SCHEDULERS } from '../training/learningRate.ts';
import { numberBetween, oneOf, UsageError, wholeNumber } from './command.ts';

interface Flag {
  /** The part of the configuration that holds it; none: the configuration itself. */
  part?: 'loss' | 'sampling' | 'optimizer' | 'lora';
  read(flag: string, text: string): unknown;
  help: string;
}

const choice = (choices: readonly string[]) => (flag: string, text: string) => oneOf(flag, text, choices);
const number = (low: number, high: number) => (flag: string, text: string) =>
  numberBetween(flag, text, low, high);
const whole = (least: number) => (flag: string, text: string) => wholeNumber(flag, text, least);
const orNone = (read: Flag['read']) => (flag: string, text: string) =>
  text === 'none' ? null : read(flag, text);
const toggle = (flag: string, text: string) => oneOf(flag, text, ['true', 'false']) === 'true';

const FLAGS = {
  loss_type: { part: 'loss', read: choice(LOSS_TYPES), help: LOSS_TYPES.join(', ') },
  importance_sampling_level: {
    part: 'loss',
    read: choice(IMPORTANCE_SAMPLING_LEVELS),
    help: 'token, or sequence as in GSPO',
  },
  epsilon: { part: 'loss', read: number(0, 100), help: 'lower, and without epsilon_high upper, clip range' },
  epsilon_high: { part: 'loss', read: orNone(number(0, 100)), help: 'upper clip range, or none' },
  delta: { part: 'loss', read: orNone(number(1, 100)), help: 'two-sided clip (dual clip), or none' },
  sapo_temperature_pos: {
    part: 'loss',
    read: number(0, 100),
    help: "sapo's gate where the advantage is positive",
  },
  sapo_temperature_neg: { part: 'loss', read: number(0, 100), help: "sapo's gate elsewhere" },
  beta: { part: 'loss', read: number(0, 100), help: 'weight of the KL to the base model' },
  kl_penalty: { part: 'loss', read: choice(KL_PENALTIES), help: 'its estimator: k1, k2, k3' },
  entropy_coef: { part: 'loss', read: number(-10, 10), help: 'weight of the entropy that is rewarded' },
  mask_truncated_completions: {
    part: 'loss',
    read: toggle,
    help: 'true: responses cut at --max-length have no part in the loss',
  },
  importance_sampling_correction: {
    part: 'loss',
    read: toggle,
    help: 'true: weigh by what learner and policy say of a token',
  },
  importance_sampling_mode: {
    part: 'loss',
    read: choice(IMPORTANCE_SAMPLING_MODES),
    help: IMPORTANCE_SAMPLING_MODES.join(', '),
  },
  importance_sampling_clip_max: { part: 'loss', read: number(0, 1000), help: 'greatest such weight' },
  importance_sampling_clip_min: {
    part: 'loss',
    read: orNone(number(0, 1000)),
    help: 'least such weight, or none',
  },
  advantage_estimator: { read: choice(ADVANTAGE_ESTIMATORS), help: ADVANTAGE_ESTIMATORS.join(', ') },
  scale_rewards: {
    read: choice(['group', 'batch', 'none']),
    help: 'group, batch or none; of the estimator grpo',
  },
  num_iterations: { read: whole(1), help: 'updates on one rollout' },
  online_filtering: { read: toggle, help: 'true: groups of equal rewards are drawn anew (dynamic sampling)' },
  max_try_make_batch: { read: whole(1), help: 'times the prompts of a step at most, when drawn anew' },
  lr_scheduler_type: { read: choice(LR_SCHEDULERS), help: LR_SCHEDULERS.join(', ') },
  warmup_steps: { read: whole(0), help: 'steps over which the rate rises from 0' },
  temperature: { part: 'sampling', read: number(0.01, 100), help: 'of the rollouts' },
  top_p: { part: 'sampling', read: number(0.01, 1), help: 'of the rollouts' },
  top_k: { part: 'sampling', read: whole(0), help: 'of the rollouts; 0: all tokens' },
  min_p: {
    part: 'sampling',
    read: number(0, 1),
    help: 'of the rollouts, as a share of the likeliest; 0: off',
  },
  weight_decay: { part: 'optimizer', read: number(0, 10), help: "AdamW's" },
  max_grad_norm: { part: 'optimizer', read: number(0, 1000), help: 'the gradient is clipped to this norm' },
} as const satisfies Record<string, Flag>;

export type GrpoFlag = keyof typeof FLAGS;
export const GRPO_FLAGS = Object.keys(FLAGS) as GrpoFlag[];

/** Those that any training has. */
export const SFT_FLAGS = ['lr_scheduler_type', 'warmup_steps', 'weight_decay', 'max_grad_norm'] as const;

/** For parseArgs. */
export function flagOptions<F extends GrpoFlag>(flags: readonly F[]): Record<F, { type: 'string' }> {
  return Object.fromEntries(flags.map((flag) => [flag, { type: 'string' }])) as Record<F, { type: 'string' }>;
}

export function flagHelp(flags: readonly GrpoFlag[]): [string, string][] {
  return flags.map((flag) => [
    `--${flag} X`,
    `${FLAGS[flag].help} (${said(partOf(DEFAULT_GRPO_CONFIG, flag)[flag])})`,
  ]);
}

/** @throws UsageError naming the flag, or what does not fit together. */
export function withGrpoFlags(config: GrpoConfig, given: Partial<Record<GrpoFlag, string>>): GrpoConfig {
  const changed = structuredClone(config);
  for (const flag of GRPO_FLAGS) {
    const text = given[flag];
    if (text !== undefined) partOf(changed, flag)[flag] = FLAGS[flag].read(flag, text);
  }
  try {
    checkLoss(changed.loss);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return changed;
}

function said(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function partOf(config: GrpoConfig, flag: GrpoFlag): Record<string, unknown> {
  const { part }: Flag = FLAGS[flag];
  return (part ? config[part] : config) as unknown as Record<string, unknown>;
}

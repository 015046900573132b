import { ALL_LINEAR } from '../../checkpoint/adapter.ts';
import {
  IMPORTANCE_SAMPLING_LEVELS,
  IMPORTANCE_SAMPLING_MODES,
  KL_PENALTIES,
  LOSS_TYPES,
} from '../../learner/lossSettings.ts';
import { ADVANTAGE_ESTIMATORS } from '../../training/advantages.ts';
import { LR_SCHEDULERS } from '../../training/learningRate.ts';
import { MORE_SAMPLING_SETTINGS, TEMPERATURE_SETTING } from './samplingSettings.ts';
import type { NumberSetting, Setting } from './setting.ts';

const label = (path: string) => path.split('.').at(-1)!;

const number = (
  path: string,
  sentence: string,
  min: number,
  max: number,
  more: Partial<NumberSetting> = {},
): Setting => ({ type: 'number', path, label: label(path), sentence, min, max, ...more });

const choice = (path: string, sentence: string, values: readonly string[]): Setting => ({
  type: 'choice',
  path,
  label: label(path),
  sentence,
  options: values.map((value) => ({ label: value, value })),
});

const toggle = (path: string, sentence: string): Setting => ({
  type: 'toggle',
  path,
  label: label(path),
  sentence,
});

const whole = { integer: true };

export const GRPO_SETTINGS: Setting[] = [
  number('max_steps', 'Training stops after so many steps.', 1, 10_000, whole),
  number('num_generations', 'Responses to each prompt: the group whose rewards are compared.', 2, 64, whole),
  number(
    'generation_batch_size',
    'Responses in a step; a multiple of num_generations. More makes a steadier, slower step.',
    2,
    4096,
    whole,
  ),
  number('optimizer.learning_rate', 'How far the adapter moves each update.', 0, 1),
];

/** A group of settings; the advanced ones stay folded. */
export interface SettingGroup {
  title: string;
  /** Of rollouts and what is learned from them: supervised fine-tuning has none. */
  ofRollouts?: true;
  settings: Setting[];
  advanced?: Setting[];
}

export const MORE_GRPO_SETTINGS: SettingGroup[] = [
  {
    title: 'Reward and advantage',
    ofRollouts: true,
    settings: [
      number('reward_weights.format', 'What an answer in the right format is worth.', 0, 100),
      number('reward_weights.accuracy', 'What the right letter is worth.', 0, 100),
      choice(
        'advantage_estimator',
        'What a reward is compared with: the group (grpo), the group’s others (rloo), all tokens of the batch (reinforce_plus_plus).',
        ADVANTAGE_ESTIMATORS,
      ),
      choice(
        'scale_rewards',
        'Under grpo advantages are divided by the spread of rewards in the group, in the batch, or not at all.',
        ['group', 'batch', 'none'],
      ),
    ],
    advanced: [
      toggle('online_filtering', 'Replaces groups of equal rewards by those of further prompts (DAPO).'),
      number(
        'max_try_make_batch',
        'Draws at most so many times the prompts of a step for that.',
        1,
        100,
        whole,
      ),
    ],
  },
  {
    title: 'Loss',
    ofRollouts: true,
    settings: [
      choice(
        'loss.loss_type',
        'How tokens are averaged: by response (grpo), over all tokens (dapo), over a group’s (bnpo), by a constant (dr_grpo); cispo and sapo soften the clipping.',
        LOSS_TYPES,
      ),
      number('loss.epsilon', 'The ratio of new to old probability is clipped this far from 1.', 0, 1),
      number('loss.beta', 'Weight of the KL divergence from the base model; 0 leaves it out.', 0, 10),
      number('num_iterations', 'Updates made on one rollout.', 1, 16, whole),
    ],
    advanced: [
      choice(
        'loss.importance_sampling_level',
        'One ratio a token, or one for the whole response (GSPO).',
        IMPORTANCE_SAMPLING_LEVELS,
      ),
      number(
        'loss.epsilon_high',
        'Upper clip by itself (DAPO); empty: as epsilon. Under cispo the greatest ratio, e.g. 5.',
        0,
        100,
        { nullable: true },
      ),
      number(
        'loss.delta',
        'Greatest ratio of a response worse than its group (dual clip); empty: none.',
        1,
        100,
        {
          nullable: true,
        },
      ),
      choice('loss.kl_penalty', 'How the KL divergence is estimated from one token.', KL_PENALTIES),
      number(
        'loss.entropy_coef',
        'Rewards varied tokens by this much of their entropy; 0 leaves it out.',
        -1,
        1,
      ),
      toggle('loss.mask_truncated_completions', 'Leaves responses that were cut off out of the loss.'),
      number('loss.sapo_temperature_pos', 'sapo: how sharply good responses are gated.', 0.01, 100),
      number('loss.sapo_temperature_neg', 'sapo: how sharply the others are.', 0.01, 100),
      toggle(
        'loss.importance_sampling_correction',
        'Weighs responses by how the learner and the sampling engine differ.',
      ),
      choice(
        'loss.importance_sampling_mode',
        'By token or by response; weights outside the bounds are cut to them or dropped.',
        IMPORTANCE_SAMPLING_MODES,
      ),
      number('loss.importance_sampling_clip_max', 'Greatest such weight.', 1, 100),
      number('loss.importance_sampling_clip_min', 'Least such weight; empty: none.', 0, 1, {
        nullable: true,
      }),
    ],
  },
  {
    title: 'Optimiser and adapter',
    settings: [
      choice('lr_scheduler_type', 'How the learning rate changes over the run.', LR_SCHEDULERS),
      number('warmup_steps', 'Steps over which it first rises from 0; not under constant.', 0, 10_000, whole),
      number('lora.r', 'Rank of the LoRA matrices.', 1, 256, whole),
      number('lora.lora_alpha', 'The branch is scaled by lora_alpha / r.', 0, 1024),
      {
        type: 'choice',
        path: 'lora.target_modules',
        label: 'target_modules',
        sentence: 'Which linear layers of the decoder carry an adapter.',
        options: [
          { label: 'all linear layers', value: ALL_LINEAR },
          { label: 'q_proj, v_proj', value: ['q_proj', 'v_proj'] },
        ],
      },
    ],
    advanced: [
      number('optimizer.weight_decay', 'AdamW: how much weights shrink each update.', 0, 1),
      number('optimizer.max_grad_norm', 'Longer gradients are cut to this norm.', 0, 1000),
      number('optimizer.adam_beta1', 'AdamW: memory of the gradient.', 0, 0.9999),
      number('optimizer.adam_beta2', 'AdamW: memory of its square.', 0, 0.999999),
    ],
  },
  { title: 'Sampling', ofRollouts: true, settings: [TEMPERATURE_SETTING, ...MORE_SAMPLING_SETTINGS] },
  {
    title: 'Evaluation and seed',
    settings: [
      number(
        'eval_steps',
        'Ours: held-out evaluation every so many steps; 0 only before and after.',
        0,
        10_000,
        whole,
      ),
      number('seed', 'The same seed gives the same adapter start, prompts and samples.', 0, 2 ** 31, whole),
    ],
  },
];

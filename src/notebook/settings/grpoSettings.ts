import { ALL_LINEAR } from '../../checkpoint/adapter.ts';
import { MORE_SAMPLING_SETTINGS, TEMPERATURE_SETTING } from './samplingSettings.ts';
import type { NumberSetting, Setting } from './setting.ts';

const number = (
  path: string,
  sentence: string,
  min: number,
  max: number,
  more: Partial<NumberSetting> = {},
): Setting => ({ type: 'number', path, label: path.split('.').at(-1)!, sentence, min, max, ...more });

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

export const MORE_GRPO_SETTINGS: { title: string; settings: Setting[] }[] = [
  {
    title: 'Reward and advantage',
    settings: [
      number('reward_weights.format', 'What an answer in the right format is worth.', 0, 100),
      number('reward_weights.accuracy', 'What the right letter is worth.', 0, 100),
      {
        type: 'choice',
        path: 'scale_rewards',
        label: 'scale_rewards',
        sentence:
          'Advantages are divided by the spread of rewards in the group, in the batch, or not at all.',
        options: ['group', 'batch', 'none'].map((value) => ({ label: value, value })),
      },
    ],
  },
  {
    title: 'Loss',
    settings: [
      {
        type: 'choice',
        path: 'loss.loss_type',
        label: 'loss_type',
        sentence:
          'How tokens are averaged: by response (grpo), over all tokens (dapo), by a constant (dr_grpo).',
        options: ['grpo', 'dapo', 'dr_grpo'].map((value) => ({ label: value, value })),
      },
      number('loss.epsilon', 'The ratio of new to old probability is clipped this far from 1.', 0, 1),
      number('loss.epsilon_high', 'Upper clip by itself (DAPO); empty: as epsilon.', 0, 10, {
        nullable: true,
      }),
      number('loss.beta', 'Weight of the KL divergence from the base model; 0 leaves it out.', 0, 10),
      number('num_iterations', 'Updates made on one rollout.', 1, 16, whole),
      {
        type: 'toggle',
        path: 'loss.importance_sampling_correction',
        label: 'importance_sampling_correction',
        sentence: 'Weighs tokens by how the learner and the sampling engine differ.',
      },
      number('loss.importance_sampling_clip_max', 'Greatest such weight.', 1, 100),
    ],
  },
  {
    title: 'Optimiser and adapter',
    settings: [
      number('optimizer.weight_decay', 'AdamW: how much weights shrink each update.', 0, 1),
      number('optimizer.max_grad_norm', 'Longer gradients are cut to this norm.', 0, 1000),
      number('optimizer.adam_beta1', 'AdamW: memory of the gradient.', 0, 0.9999),
      number('optimizer.adam_beta2', 'AdamW: memory of its square.', 0, 0.999999),
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
  },
  { title: 'Sampling', settings: [TEMPERATURE_SETTING, ...MORE_SAMPLING_SETTINGS] },
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

import { GRPO_SETTINGS, MORE_GRPO_SETTINGS, type SettingGroup } from './grpoSettings.ts';
import { MAX_COMPLETION_LENGTH } from './samplingSettings.ts';
import type { Setting } from './setting.ts';

const within = (settings: Setting[]): Setting[] => settings.map((s) => ({ ...s, path: `grpo.${s.path}` }));

const METHOD: Setting = {
  type: 'choice',
  path: 'method',
  label: 'method',
  sentence: 'GRPO rewards what the model says itself; SFT shows it what to say.',
  options: [
    { label: 'GRPO', value: 'grpo' },
    { label: 'SFT', value: 'sft' },
  ],
};

const shared = (path: string): Setting => within(GRPO_SETTINGS).find((s) => s.path === `grpo.${path}`)!;

export const TRAIN_SETTINGS: Setting[] = [
  METHOD,
  {
    type: 'choice',
    path: 'data',
    label: 'questions',
    sentence:
      'What to ask: questions of the tabletop set, fetched when needed, or those above with your edits.',
    options: [
      { label: 'tabletop set', value: 'tabletop' },
      { label: 'those shown above', value: 'loaded' },
    ],
  },
  ...within(GRPO_SETTINGS),
];

/** Supervised fine-tuning asks for less. */
export const SFT_SETTINGS: Setting[] = [
  ...TRAIN_SETTINGS.slice(0, 2),
  shared('max_steps'),
  {
    type: 'number',
    path: 'sft.per_device_train_batch_size',
    label: 'per_device_train_batch_size',
    sentence: 'Examples in a step.',
    min: 1,
    max: 4096,
    integer: true,
  },
  {
    type: 'choice',
    path: 'sft.response',
    label: 'response',
    sentence:
      'What the model is to say: the letter alone, or behind a thought with the true positions; direct and CoT are the paper’s rows, open questions answered by a position, alone or after a plan.',
    options: [
      { label: 'reasoned', value: 'reasoned' },
      { label: 'answer alone', value: 'answer' },
      { label: 'direct (paper)', value: 'direct' },
      { label: 'CoT (paper)', value: 'cot' },
    ],
  },
  shared('optimizer.learning_rate'),
];

export const HELD_OUT_SETTINGS: Setting[] = [
  {
    type: 'number',
    path: 'test_fraction',
    label: 'test_fraction',
    sentence: 'Share of each task’s demonstrations that is held out and never trained on.',
    min: 0.01,
    max: 0.9,
  },
  {
    type: 'number',
    path: 'eval_questions',
    label: 'eval_questions',
    sentence: 'Held-out questions asked each time; more gives narrower intervals.',
    min: 1,
    max: 10_000,
    integer: true,
  },
  {
    type: 'number',
    path: 'eval_samples',
    label: 'eval_samples',
    sentence: 'Sampled answers to each of them, beside the greedy one.',
    min: 1,
    max: 64,
    integer: true,
  },
];

export const MORE_TRAIN_SETTINGS: SettingGroup[] = MORE_GRPO_SETTINGS.map(
  ({ title, settings, advanced, ...group }) => ({
    ...group,
    title,
    settings: title.startsWith('Evaluation') ? [...HELD_OUT_SETTINGS, ...within(settings)] : within(settings),
    advanced: advanced && within(advanced),
  }),
);

/** Supervised fine-tuning draws no rollouts; of sampling it needs the length at which held-out answers are cut. */
export const MORE_SFT_SETTINGS: SettingGroup[] = MORE_TRAIN_SETTINGS.filter(
  ({ ofRollouts }) => !ofRollouts,
).map((group) =>
  group.title.startsWith('Evaluation')
    ? { ...group, settings: [...group.settings, ...within([MAX_COMPLETION_LENGTH])] }
    : group,
);

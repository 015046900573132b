import { GRPO_SETTINGS, MORE_GRPO_SETTINGS, type SettingGroup } from './grpoSettings.ts';
import type { Setting } from './setting.ts';

const within = (settings: Setting[]): Setting[] => settings.map((s) => ({ ...s, path: `grpo.${s.path}` }));

export const TRAIN_SETTINGS: Setting[] = [
  {
    type: 'choice',
    path: 'data',
    label: 'demonstrations',
    sentence: 'What to make questions of; the tabletop set is fetched when needed.',
    options: [
      { label: 'tabletop set', value: 'tabletop' },
      { label: 'those loaded above', value: 'loaded' },
    ],
  },
  ...within(GRPO_SETTINGS),
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
  ({ title, settings, advanced }) => ({
    title,
    settings: title.startsWith('Evaluation') ? [...HELD_OUT_SETTINGS, ...within(settings)] : within(settings),
    advanced: advanced && within(advanced),
  }),
);

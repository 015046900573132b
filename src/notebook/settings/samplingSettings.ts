import type { Setting } from './setting.ts';

export const COUNT_SETTING: Setting = {
  type: 'number',
  path: 'count',
  label: 'responses',
  sentence: 'How many answers to draw from one prefill, as a GRPO group does.',
  min: 1,
  max: 16,
  integer: true,
};

export const TEMPERATURE_SETTING: Setting = {
  type: 'number',
  path: 'sampling.temperature',
  label: 'temperature',
  sentence: '0 takes the likeliest token each time; 1 samples as the model believes.',
  min: 0,
  max: 5,
};

export const MAX_COMPLETION_LENGTH: Setting = {
  type: 'number',
  path: 'sampling.max_completion_length',
  label: 'max_completion_length',
  sentence: 'Responses are cut after so many tokens.',
  min: 1,
  max: 1024,
  integer: true,
};

export const MORE_SAMPLING_SETTINGS: Setting[] = [
  {
    type: 'number',
    path: 'sampling.top_p',
    label: 'top_p',
    sentence: 'Keeps the likeliest tokens up to this share of probability; 1 keeps all.',
    min: 0.01,
    max: 1,
  },
  {
    type: 'number',
    path: 'sampling.top_k',
    label: 'top_k',
    sentence: 'Keeps this many of the likeliest tokens; 0 keeps all.',
    min: 0,
    max: 100_000,
    integer: true,
  },
  {
    type: 'number',
    path: 'sampling.min_p',
    label: 'min_p',
    sentence: 'Drops tokens less likely than this share of the likeliest; 0 keeps all.',
    min: 0,
    max: 1,
  },
  MAX_COMPLETION_LENGTH,
];

/** Question settings by name. */
import { DEFAULT_QUESTION_SETTINGS, type QuestionSettings } from './question.ts';

export interface QuestionPreset {
  id: 'default' | 'random' | 'paper' | 'hard' | 'compact';
  name: string;
  /** One sentence: what it is for. */
  sentence: string;
  settings: QuestionSettings;
}

export const QUESTION_PRESETS: readonly QuestionPreset[] = [
  {
    id: 'default',
    name: 'Right elsewhere',
    sentence:
      'Wrong options are right in other demonstrations of the task: only the picture tells them apart.',
    settings: DEFAULT_QUESTION_SETTINGS,
  },
  {
    id: 'random',
    name: 'Anywhere',
    sentence: 'Wrong options are drawn from the whole space: many can be told apart without eyes.',
    settings: { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'random' },
  },
  {
    id: 'paper',
    name: 'As in the paper',
    sentence:
      'Random distractors, every nonzero change is a movement; bounds and distances are ours, it gives none.',
    settings: { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'random', movement_deadband: 0 },
  },
  {
    id: 'hard',
    name: 'Hard',
    sentence: 'Wrong options that look right: mirrored, at the same height, other keypoints, one word apart.',
    settings: { ...DEFAULT_QUESTION_SETTINGS, difficulty: 'hard', min_distance: 0.05 },
  },
  {
    id: 'compact',
    name: 'Compact',
    sentence: 'Short prompts and two decimals, for models with little room.',
    settings: { ...DEFAULT_QUESTION_SETTINGS, prompt_wording: 'compact', decimals: 2 },
  },
];

export const PRESET_IDS = QUESTION_PRESETS.map(({ id }) => id);

/** The preset that the settings are, whatever their seed; null when they are none. */
export function presetOf(settings: QuestionSettings): QuestionPreset | null {
  const bare = (s: QuestionSettings) => JSON.stringify(sorted({ ...s, seed: 0 }));
  return QUESTION_PRESETS.find((preset) => bare(preset.settings) === bare(settings)) ?? null;
}

/** @throws Error naming the presets there are. */
export function findPreset(id: string): QuestionPreset {
  const found = QUESTION_PRESETS.find((preset) => preset.id === id);
  if (!found)
    throw new Error(`preset "${id}" is none of ${QUESTION_PRESETS.map((preset) => preset.id).join(', ')}`);
  return found;
}

function sorted(settings: QuestionSettings) {
  return Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
}

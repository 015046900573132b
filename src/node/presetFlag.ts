/** The flag --preset of every command that asks questions. */
import { findPreset, PRESET_IDS } from '../questions/presets.ts';
import type { QuestionSettings } from '../questions/question.ts';
import { oneOf } from './command.ts';

export const PRESET_HELP: [string, string] = [
  '--preset NAME',
  `which questions: ${PRESET_IDS.join(', ')} (default)`,
];

/** @throws UsageError naming the presets there are. */
export function presetSettings(name = 'default'): QuestionSettings {
  return findPreset(oneOf('preset', name, PRESET_IDS)).settings;
}

/** Question settings as the command line names them: a preset, a file over it, flags over both. */
import { readFile } from 'node:fs/promises';
import type { QuestionSettings } from '../questions/question.ts';
import { checkQuestionSettings } from '../questions/settingsSchema.ts';
import { presetSettings } from './presetFlag.ts';

const MOST_BYTES = 100_000;

/**
 * @param path of a JSON file with some or all of the settings, in place of those of the preset.
 * @param flags those given take the place of both.
 * @throws Error naming the preset, or the file and the field at fault.
 */
export async function questionSettings(
  preset: string | undefined,
  path: string | undefined,
  flags: Partial<QuestionSettings>,
): Promise<QuestionSettings> {
  const settings = presetSettings(preset);
  const own = path === undefined ? {} : await readObject(path);
  return checkQuestionSettings({ ...settings, ...own, ...flags }, path ?? `preset ${preset ?? 'default'}`);
}

async function readObject(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Error(`${path} cannot be read (${error.message})`, { cause: error });
  });
  if (text.length > MOST_BYTES) throw new Error(`${path} is too long for question settings`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON (${(error as Error).message.split('\n')[0]})`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path} is no object of question settings`);
  return value;
}

/** What a run asks, kept in it, compared when it goes on, and told to the reader. */
import type { Bundle } from '../demos/demonstration.ts';
import { fingerprintRows } from '../runs/fingerprint.ts';
import type { AskedQuestions, RunSettings } from '../runs/run.ts';
import type { QuestionSource, TrainingData } from './trainingData.ts';
import { count } from './words.ts';

export async function askedQuestions(
  { opened, edits }: QuestionSource,
  { train, heldOut }: TrainingData,
): Promise<AskedQuestions> {
  return {
    file: opened?.name ?? null,
    edits: [...edits],
    train: train.length,
    held_out: heldOut.length,
    sha256: await fingerprintRows([...train, ...heldOut]),
  };
}

/** Whether a run asks exactly these; of a run or a page without fingerprints nothing is known against it. */
export async function asksSame(
  { questions }: Pick<RunSettings, 'questions'>,
  source: QuestionSource,
  data: TrainingData,
): Promise<boolean> {
  const { sha256 } = await askedQuestions(source, data);
  return !questions?.sha256 || !sha256 || questions.sha256 === sha256;
}

/** @returns a sentence; empty for a run that does not tell. */
export function askedWords({ questions, bundle }: Pick<RunSettings, 'questions' | 'bundle'>): string {
  if (!questions) return '';
  const { file, edits, train, held_out, sha256 } = questions;
  const from = file === null ? bundle.name : `${file}, with pictures of ${bundle.name}`;
  const by = edits.length ? `, ${count(edits.length, 'question')} edited or dropped by hand` : '';
  const print = sha256 ? ` (SHA-256 ${sha256.slice(0, 8)}…)` : '';
  return `Trained on ${count(train, 'question')} of ${from}${by}; ${held_out} others are held out${print}.`;
}

/** @param bundle null: the shipped set. @returns a sentence. */
export function plannedWords(
  bundle: Pick<Bundle, 'name'> | null,
  opened: { name: string; questions: readonly unknown[] } | null,
  edited: number,
): string {
  if (!bundle)
    return 'Will train on the tabletop set, its questions made by the settings above; edits and opened files play no part.';
  const from = opened
    ? `the ${count(opened.questions.length, 'question')} of ${opened.name}`
    : `questions of ${bundle.name}, made by the settings above`;
  return `Will train on ${from}${edited ? `, with your ${count(edited, 'edit')}` : ''}.`;
}

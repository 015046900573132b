/** The forms of questions that are written for trainers elsewhere and hold no options to choose from. */
import { readPosition } from '../questions/openEnded.ts';

type OtherForm = 'open' | 'sft';

/** Their files, as formFiles names them. */
export const FORM_FILES: [file: string, form: OtherForm][] = [
  ['open.jsonl', 'open'],
  ['sft.json', 'sft'],
];

const WHAT: Record<OtherForm, string> = {
  open: 'open-ended questions, whose answers are positions',
  sft: 'conversations for supervised fine-tuning',
};

/** What a text starts with is looked at, not all of it. */
const LOOK = 100_000;

/** Null when it is neither. */
export function formOfText(text: string): OtherForm | null {
  const start = text.slice(0, LOOK).trimStart();
  if (/^\[\s*\{/.test(start) && /"conversations"\s*:/.test(start)) return 'sft';
  try {
    const first = JSON.parse(start.split('\n', 1)[0]) as Record<string, unknown> | null;
    if (first === null || typeof first !== 'object') return null;
    if ('conversations' in first) return 'sft';
    const open = !('question' in first) && 'problem' in first && typeof first.answer === 'string';
    return open && readPosition(first.answer as string) ? 'open' : null;
  } catch {
    return null;
  }
}

/** Why such a file cannot be opened, and what to do. */
export function otherForm(name: string, form: OtherForm): Error {
  return new Error(
    `${name} holds ${WHAT[form]}: they have no options to choose from, so they are for trainers elsewhere. To ask or train here, open the same questions written as multiple choice`,
  );
}

/** EasyR1's rows that can be read back: the question itself stands beside what EasyR1 reads, as one string. */
import { parseJsonLines } from '../questions/jsonLines.ts';
import type { Question } from '../questions/question.ts';
import { checkQuestion, checkUnlike } from '../questions/questionSchema.ts';
import { toRow, type Row } from './rows.ts';

export interface QuestionRow extends Row {
  /** JSON of the whole question. EasyR1 hands further columns through and reads none of them. */
  question: string;
}

/** @throws Error naming the question when its prompt has not exactly one "<image>". */
export function toQuestionRow(question: Question, path: string): QuestionRow {
  return { ...toRow(question, path), question: JSON.stringify(question) };
}

/** @throws Error naming the file, the line and the field. */
export function readQuestionRows(text: string, name: string): Question[] {
  const lines = parseJsonLines(text, name);
  const questions = lines.map(({ value, where }) => readRow(value, where));
  checkUnlike(questions, (i) => lines[i].where);
  return questions;
}

function readRow(value: unknown, where: string): Question {
  const row = (typeof value === 'object' && value !== null ? value : {}) as Partial<QuestionRow>;
  if (typeof row.question !== 'string')
    throw new Error(
      `${where}: question: is missing: only rows written with --format easyr1 can be read back`,
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(row.question);
  } catch {
    throw new Error(`${where}: question: is no JSON`);
  }
  const question = checkQuestion(parsed, `${where}, question`);
  for (const [field, due] of [
    ['problem', question.prompt],
    ['answer', question.answer],
  ] as const)
    if (row[field] !== due) throw new Error(`${where}: ${field}: is not that of the question beside it`);
  return question;
}

/** Whether a JSONL file's first line is a row of EasyR1. */
export function isRowText(text: string): boolean {
  try {
    const first: unknown = JSON.parse(text.trimStart().split('\n', 1)[0]);
    return typeof first === 'object' && first !== null && 'problem' in first;
  } catch {
    return false;
  }
}

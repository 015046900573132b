/** EasyR1's rows that can be read back: the question itself stands beside what EasyR1 reads, as one string. */
import { parseJsonLines, writeQuestionLines } from '../questions/jsonLines.ts';
import type { Question } from '../questions/question.ts';
import { checkQuestion, checkUnlike } from '../questions/questionSchema.ts';
import { toRow, type Row } from './rows.ts';

/** The rows' file, beside the folder images/. */
export const ROWS_FILE = 'questions.jsonl';

export interface QuestionRow extends Row {
  /** JSON of the whole question. EasyR1 hands further columns through and reads none of them. */
  question: string;
}

/** @throws Error naming the question when its prompt has not exactly one "<image>". */
export function toQuestionRow(question: Question, path: string): QuestionRow {
  return { ...toRow(question, path), question: JSON.stringify(question) };
}

/**
 * @param pathOf a question's picture.
 * @throws Error naming the question that could not be read back, and why.
 */
export function writeQuestionRows(questions: readonly Question[], pathOf: (question: Question) => string) {
  return writeQuestionLines(questions, (question) => toQuestionRow(question, pathOf(question)));
}

export interface ReadRow {
  question: Question;
  /** Its picture's path, where the row names one. */
  image: string | null;
  /** File and line. */
  where: string;
}

/** @throws Error naming the file, the line and the field. */
export function readQuestionRows(text: string, name: string): ReadRow[] {
  const rows = parseJsonLines(text, name).map(({ value, where }) => readRow(value, where));
  checkUnlike(
    rows.map(({ question }) => question),
    (i) => rows[i].where,
  );
  return rows;
}

function readRow(value: unknown, where: string): ReadRow {
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
  const image: unknown = Array.isArray(row.images) ? row.images[0] : null;
  return { question, image: typeof image === 'string' ? image : null, where };
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

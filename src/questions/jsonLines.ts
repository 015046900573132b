/** Questions as JSON lines: one question a line, every field as it is in memory. */
import type { Question } from './question.ts';
import {
  checkQuestion,
  checkUnlike,
  checkWritable,
  MOST_QUESTION_BYTES,
  MOST_QUESTIONS,
  questionNamed,
} from './questionSchema.ts';

export const MOST_LINE = 100_000;

export function writeJsonLines(rows: readonly object[]): string {
  return rows.map((row) => JSON.stringify(row) + '\n').join('');
}

/**
 * @param rowOf what stands on a question's line.
 * @throws Error naming the question that could not be read back, and why.
 */
export function writeQuestionLines(
  questions: readonly Question[],
  rowOf: (question: Question) => object = (question) => question,
): string {
  checkWritable(questions);
  const utf8 = new TextEncoder();
  let bytes = 0;
  const lines = questions.map((question) => {
    const line = JSON.stringify(rowOf(question));
    if (line.length > MOST_LINE)
      throw new Error(
        `${questionNamed(question)}: takes a line of ${line.length} characters, at most ${MOST_LINE} are read: shorten its description`,
      );
    bytes += utf8.encode(line).length + 1;
    if (bytes > MOST_QUESTION_BYTES)
      throw new Error(
        `${questions.length} questions take more than the ${MOST_QUESTION_BYTES / 2 ** 20} MB that are read: raise frame_interval or take fewer demonstrations`,
      );
    return line + '\n';
  });
  return lines.join('');
}

/** @throws Error naming the file, the line and the field. */
export function readQuestionLines(text: string, name: string): Question[] {
  const lines = parseJsonLines(text, name);
  const questions = lines.map(({ value, where }) => checkQuestion(value, where));
  checkUnlike(questions, (i) => lines[i].where);
  return questions;
}

/** The values of a JSONL file with the place of each; empty lines are left out. @throws Error on a bad line. */
export function parseJsonLines(text: string, name: string): { value: unknown; where: string }[] {
  if (text.length > MOST_QUESTION_BYTES)
    throw new Error(`${name} is longer than ${MOST_QUESTION_BYTES / 2 ** 20} MB: split it`);
  const values: { value: unknown; where: string }[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `${name}, line ${i + 1}`;
    if (values.length === MOST_QUESTIONS)
      throw new Error(`${where}: more than ${MOST_QUESTIONS} questions: split the file`);
    if (line.length > MOST_LINE)
      throw new Error(`${where}: is ${line.length} characters long, at most ${MOST_LINE} are read`);
    values.push({ value: parseLine(line, where), where });
  }
  if (values.length === 0) throw new Error(`${name} holds no question`);
  return values;
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: is no JSON (${(error as Error).message.split('\n')[0]})`, { cause: error });
  }
}

/** A file of questions in whichever of our formats it is. */
import { readQuestionLines } from '../questions/jsonLines.ts';
import { MOST_QUESTION_BYTES } from '../questions/questionSchema.ts';
import { readQuestionParquet, type ReadQuestions } from '../questions/questionParquet.ts';
import { isRowText, readQuestionRows } from './questionRows.ts';
import { readQuestionZip } from './questionZip.ts';

/** @throws Error naming the file, the line or row and the field. */
export async function readQuestions(blob: Blob, name: string): Promise<ReadQuestions> {
  if (blob.size > MOST_QUESTION_BYTES)
    throw new Error(`${name} is larger than ${MOST_QUESTION_BYTES / 2 ** 20} MB: split it`);
  const start = await blob.slice(0, 4).text();
  if (start === 'PAR1') return readQuestionParquet(blob, name);
  if (start === 'PK\x03\x04') return readQuestionZip(blob, name);
  const text = await blob.text();
  const questions = isRowText(text)
    ? readQuestionRows(text, name).map(({ question }) => question)
    : readQuestionLines(text, name);
  return { questions, pictures: new Map() };
}

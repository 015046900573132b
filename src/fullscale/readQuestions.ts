/** A file of questions in whichever of our formats it is. */
import { readQuestionLines } from '../questions/jsonLines.ts';
import { MOST_FILE_BYTES, MOST_QUESTION_BYTES } from '../questions/questionSchema.ts';
import { readQuestionParquet, type ReadQuestions } from '../questions/questionParquet.ts';
import { formOfText, otherForm } from './otherForms.ts';
import { isRowText, readQuestionRows } from './questionRows.ts';
import { readQuestionZip } from './questionZip.ts';

/** @throws Error naming the file, the line or row and the field. */
export async function readQuestions(blob: Blob, name: string): Promise<ReadQuestions> {
  const start = await blob.slice(0, 4).text();
  const pictured = start === 'PAR1' || start === 'PK\x03\x04';
  const most = pictured ? MOST_FILE_BYTES + MOST_QUESTION_BYTES : MOST_QUESTION_BYTES;
  if (blob.size > most) throw new Error(`${name} is larger than ${most / 2 ** 20} MB: split it`);
  if (pictured) return start === 'PAR1' ? readQuestionParquet(blob, name) : readQuestionZip(blob, name);
  const text = await blob.text();
  const form = formOfText(text);
  if (form) throw otherForm(name, form);
  const questions = isRowText(text)
    ? readQuestionRows(text, name).map(({ question }) => question)
    : readQuestionLines(text, name);
  return { questions, pictures: new Map() };
}

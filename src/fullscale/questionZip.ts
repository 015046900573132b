/** A zip of EasyR1 rows with their pictures, as questionFiles gives them. */
import { Archive } from '../demos/archive.ts';
import type { EncodedImage } from '../demos/demonstration.ts';
import { checkPicture, MOST_PICTURE_BYTES, type ReadQuestions } from '../questions/questionParquet.ts';
import { MOST_FILE_BYTES, MOST_QUESTION_BYTES, MOST_QUESTIONS } from '../questions/questionSchema.ts';
import { FORM_FILES, otherForm } from './otherForms.ts';
import { readQuestionRows, ROWS_FILE } from './questionRows.ts';

const LIMITS = { entries: MOST_QUESTIONS + 1, totalBytes: MOST_FILE_BYTES + MOST_QUESTION_BYTES };

/** @throws Error naming the file in the zip, the line and the field. */
export async function readQuestionZip(blob: Blob, name: string): Promise<ReadQuestions> {
  const archive = await Archive.open(blob, name, LIMITS);
  const found = archive.paths().filter((path) => path === ROWS_FILE || path.endsWith(`/${ROWS_FILE}`));
  const form = FORM_FILES.find(([file]) =>
    archive.paths().some((path) => path === file || path.endsWith(`/${file}`)),
  );
  if (!found.length && form) throw otherForm(name, form[1]);
  if (found.length !== 1)
    throw new Error(
      `${name} holds ${found.length ? 'more than one' : 'no'} ${ROWS_FILE}: open a zip of EasyR1 rows of questions`,
    );
  const [path] = found;
  const text = new TextDecoder().decode(await archive.read(path, MOST_QUESTION_BYTES));
  const rows = readQuestionRows(text, `${name}, ${path}`);
  const root = path.slice(0, -ROWS_FILE.length);
  const read = new Map<string, EncodedImage>();
  const pictures = new Map<string, EncodedImage>();
  for (const { question, image, where } of rows) {
    if (image === null) throw new Error(`${where}: images: names no picture`);
    if (!archive.has(root + image))
      throw new Error(`${where}: images: ${JSON.stringify(image.slice(0, 200))} is not in ${name}`);
    if (!read.has(image))
      read.set(image, checkPicture(await archive.read(root + image, MOST_PICTURE_BYTES), where));
    pictures.set(question.id, read.get(image)!);
  }
  return { questions: rows.map(({ question }) => question), pictures };
}

/** EasyR1 rows with their pictures, file by file. */
import type { EncodedImage } from '../demos/demonstration.ts';
import type { Question } from '../questions/question.ts';
import { checkPicture } from '../questions/questionParquet.ts';
import { checkFileSize, checkWritable, questionNamed } from '../questions/questionSchema.ts';
import type { BundleFile } from './easyr1.ts';
import { pictureFiles } from './formFiles.ts';
import { ROWS_FILE, writeQuestionRows } from './questionRows.ts';
import { PicturePaths } from './rows.ts';

/**
 * questions.jsonl last, images/ before it; image_dir is the folder that holds both.
 * @throws Error naming the question that could not be read back, and why; AbortError
 */
export async function* questionFiles(
  questions: readonly Question[],
  image: (question: Question) => Promise<EncodedImage>,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  checkWritable(questions);
  const paths = new PicturePaths();
  const picture = async (question: Question) =>
    checkPicture((await image(question)).bytes, questionNamed(question));
  let size = 0;
  for await (const file of pictureFiles(questions, picture, paths, signal)) {
    checkFileSize((size += file.bytes.length), questions.length);
    yield file;
  }
  const text = writeQuestionRows(questions, (question) => paths.of(question)!);
  yield { path: ROWS_FILE, bytes: new TextEncoder().encode(text) };
}

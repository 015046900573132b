/** EasyR1 rows with their pictures, file by file. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { writeJsonLines } from '../questions/jsonLines.ts';
import type { Question } from '../questions/question.ts';
import type { BundleFile } from './easyr1.ts';
import { pictureFiles } from './formFiles.ts';
import { ROWS_FILE, toQuestionRow } from './questionRows.ts';
import { PicturePaths } from './rows.ts';

/** questions.jsonl last, images/ before it; image_dir is the folder that holds both. @throws AbortError */
export async function* questionFiles(
  questions: readonly Question[],
  image: (question: Question) => Promise<EncodedImage>,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  const paths = new PicturePaths();
  yield* pictureFiles(questions, image, paths, signal);
  const rows = questions.map((question) => toQuestionRow(question, paths.of(question)!));
  yield { path: ROWS_FILE, bytes: new TextEncoder().encode(writeJsonLines(rows)) };
}

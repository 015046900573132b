/** EasyR1 rows with their pictures, file by file. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { writeJsonLines } from '../questions/jsonLines.ts';
import type { Question } from '../questions/question.ts';
import type { BundleFile } from './easyr1.ts';
import { toQuestionRow } from './questionRows.ts';
import { PicturePaths } from './rows.ts';

/** questions.jsonl last, images/ before it; image_dir is the folder that holds both. @throws AbortError */
export async function* questionFiles(
  questions: readonly Question[],
  image: (question: Question) => Promise<EncodedImage>,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  const paths = new PicturePaths();
  for (const question of questions) {
    if (paths.of(question)) continue;
    signal?.throwIfAborted();
    const { bytes, mime } = await image(question);
    yield { path: paths.add(question, mime), bytes };
  }
  const rows = questions.map((question) => toQuestionRow(question, paths.of(question)!));
  yield { path: 'questions.jsonl', bytes: new TextEncoder().encode(writeJsonLines(rows)) };
}

/** Questions and their pictures on disk, in a chosen format. */
import { join } from 'node:path';
import type { Bundle } from '../demos/demonstration.ts';
import { writeQuestionLines } from '../questions/jsonLines.ts';
import type { OpenQuestion } from '../questions/openEnded.ts';
import type { Question } from '../questions/question.ts';
import { writeQuestionParquet } from '../questions/questionParquet.ts';
import type { SftExample } from '../questions/sft.ts';
import { openFiles, sftFiles } from '../fullscale/formFiles.ts';
import { questionFiles } from '../fullscale/questionFiles.ts';
import { imagesOf } from './openDemonstrations.ts';
import { writeWhole } from './writeWhole.ts';

export const QUESTION_FORMATS = ['jsonl', 'parquet', 'easyr1'] as const;
export type QuestionFormat = (typeof QUESTION_FORMATS)[number];

/** @param out a file; of easyr1 a folder. @returns what was written, for the terminal. */
export async function writeQuestions(
  bundle: Bundle,
  questions: Question[],
  format: QuestionFormat,
  out: string,
  signal: AbortSignal,
): Promise<string> {
  const image = imagesOf(bundle);
  if (format === 'jsonl') await writeWhole(out, writeQuestionLines(questions));
  else if (format === 'parquet')
    await writeWhole(out, await writeQuestionParquet(questions, image, { signal }));
  else
    for await (const { path, bytes } of questionFiles(questions, image, signal))
      await writeWhole(join(out, path), bytes);
  return `${out}: ${questions.length} questions`;
}

/** open.jsonl as EasyR1 reads it, with images/, and reward.py, which scores positions as well as letters, in a folder. */
export async function writeOpenQuestions(bundle: Bundle, questions: OpenQuestion[], out: string) {
  for await (const { path, bytes } of openFiles(questions, imagesOf(bundle)))
    await writeWhole(join(out, path), bytes);
  return `${out}: ${questions.length} open-ended questions in open.jsonl`;
}

/** sft.json, a list of conversations, with images/, in a folder. */
export async function writeSftExamples(bundle: Bundle, examples: SftExample[], out: string) {
  for await (const { path, bytes } of sftFiles(examples, imagesOf(bundle)))
    await writeWhole(join(out, path), bytes);
  return `${out}: ${examples.length} conversations in sft.json`;
}

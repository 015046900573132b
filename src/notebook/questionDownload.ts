/** Questions as a file to keep, in one of their forms. */
import type { EncodedImage } from '../demos/demonstration.ts';
import type { BundleFile } from '../fullscale/easyr1.ts';
import type { OpenQuestion } from '../questions/openEnded.ts';
import type { Question } from '../questions/question.ts';
import type { SftExample } from '../questions/sft.ts';
import type { Pictured } from './notebook.svelte.ts';
import { remoteLines } from './remoteQuestions.ts';

export const FORMS = {
  choice: 'multiple choice',
  open: 'open-ended: the answer is a position',
  direct: 'fine-tuning, direct: the position alone',
  cot: 'fine-tuning, chain of thought: plan, subtask, movement, position',
} as const;
export type Form = keyof typeof FORMS;

export const DOWNLOAD_FORMATS = {
  jsonl: 'JSON lines',
  parquet: 'parquet with pictures (Hugging Face)',
  easyr1: 'EasyR1 rows with pictures (zip)',
  conversations: 'conversations with pictures (zip)',
} as const;
export type DownloadFormat = keyof typeof DOWNLOAD_FORMATS;

/** What each form can be written as. */
export const FORMATS_OF: Record<Form, DownloadFormat[]> = {
  choice: ['jsonl', 'parquet', 'easyr1'],
  open: ['easyr1'],
  direct: ['conversations'],
  cot: ['conversations'],
};

/** Rows of one form. */
export type FormRows =
  | { form: 'choice'; rows: Question[] }
  | { form: 'open'; rows: OpenQuestion[] }
  | { form: 'direct' | 'cot'; rows: SftExample[] };

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress: (done: number, total: number | null) => void;
}

type Image = (question: Pictured) => Promise<EncodedImage>;

/** @throws Error when a picture is missing, there is no row, or a question could not be read back; AbortError. */
export async function questionDownload(
  made: FormRows,
  format: DownloadFormat,
  image: Image,
  options: DownloadOptions,
): Promise<{ blob: Blob; name: string }> {
  if (made.form === 'choice' && format === 'jsonl')
    return { blob: new Blob([await remoteLines(made.rows)]), name: 'questions.jsonl' };
  if (made.form === 'choice' && format === 'parquet') {
    const { writeQuestionParquet } = await import('../questions/questionParquet.ts');
    const bytes = await writeQuestionParquet(made.rows, image, options);
    return { blob: new Blob([bytes]), name: 'questions.parquet' };
  }
  const name = { choice: 'questions-easyr1', open: 'open-easyr1', direct: 'sft-direct', cot: 'sft-cot' }[
    made.form
  ];
  return { blob: await zipped(await filesOf(made, image, options.signal), options), name: `${name}.zip` };
}

async function filesOf(
  made: FormRows,
  image: Image,
  signal: AbortSignal,
): Promise<AsyncGenerator<BundleFile>> {
  if (made.form === 'choice')
    return (await import('../fullscale/questionFiles.ts')).questionFiles(made.rows, image, signal);
  const { openFiles, sftFiles } = await import('../fullscale/formFiles.ts');
  return made.form === 'open' ? openFiles(made.rows, image, signal) : sftFiles(made.rows, image, signal);
}

async function zipped(files: AsyncGenerator<BundleFile>, { onProgress }: DownloadOptions): Promise<Blob> {
  const { BlobWriter, Uint8ArrayReader, ZipWriter } = await import('@zip.js/zip.js');
  const zip = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });
  let done = 0;
  for await (const { path, bytes } of files) {
    await zip.add(path, new Uint8ArrayReader(bytes), { level: path.startsWith('images/') ? 0 : 6 });
    onProgress(++done, null);
  }
  return zip.close();
}

/** One row as it will be written, bytes of pictures left out. */
export async function previewRow(made: FormRows, at: number, format: DownloadFormat): Promise<string> {
  const path = 'images/….png';
  const row = await (async () => {
    if (made.form === 'open') return (await import('../fullscale/formFiles.ts')).openRow(made.rows[at], path);
    if (made.form !== 'choice')
      return (await import('../questions/sft.ts')).conversationRow(made.rows[at], path);
    const question = made.rows[at];
    if (format === 'easyr1')
      return (await import('../fullscale/questionRows.ts')).toQuestionRow(question, path);
    return format === 'parquet' ? { ...question, image: { bytes: '…', path: '….png' } } : question;
  })();
  return JSON.stringify(row, null, 2);
}

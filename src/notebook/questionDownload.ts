/** Questions as a file to keep. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { writeJsonLines } from '../questions/jsonLines.ts';
import type { Question } from '../questions/question.ts';

export const DOWNLOAD_FORMATS = {
  jsonl: 'JSON lines',
  parquet: 'parquet with pictures (Hugging Face)',
  easyr1: 'EasyR1 rows with pictures (zip)',
} as const;

export type DownloadFormat = keyof typeof DOWNLOAD_FORMATS;

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress: (done: number, total: number | null) => void;
}

/** @throws Error when a picture is missing; AbortError. */
export async function questionDownload(
  questions: Question[],
  format: DownloadFormat,
  image: (question: Question) => Promise<EncodedImage>,
  { signal, onProgress }: DownloadOptions,
): Promise<{ blob: Blob; name: string }> {
  if (format === 'jsonl') return { blob: new Blob([writeJsonLines(questions)]), name: 'questions.jsonl' };
  if (format === 'parquet') {
    const { writeQuestionParquet } = await import('../questions/questionParquet.ts');
    const bytes = await writeQuestionParquet(questions, image, { signal, onProgress });
    return { blob: new Blob([bytes]), name: 'questions.parquet' };
  }
  const [{ BlobWriter, Uint8ArrayReader, ZipWriter }, { questionFiles }] = await Promise.all([
    import('@zip.js/zip.js'),
    import('../fullscale/questionFiles.ts'),
  ]);
  const zip = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });
  let done = 0;
  for await (const { path, bytes } of questionFiles(questions, image, signal)) {
    await zip.add(path, new Uint8ArrayReader(bytes), { level: path.startsWith('images/') ? 0 : 6 });
    onProgress(++done, null);
  }
  return { blob: await zip.close(), name: 'questions-easyr1.zip' };
}

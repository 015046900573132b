/** The questions' other forms with their pictures, file by file: open-ended rows, and conversations for fine-tuning. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { writeJsonLines } from '../questions/jsonLines.ts';
import type { OpenQuestion } from '../questions/openEnded.ts';
import { conversationRow, type SftExample } from '../questions/sft.ts';
import type { BundleFile } from './easyr1.ts';
import { REWARD_PYTHON } from './rewardPython.ts';
import { PicturePaths, type Pictured } from './rows.ts';

export interface OpenRow {
  /** The prompt with one "<image>". */
  problem: string;
  /** "[x, y, z]": it wants the reward of open-ended answers. */
  answer: string;
  /** One path, relative to data.image_dir. */
  images: [string];
}

export function openRow({ prompt, answer }: OpenQuestion, path: string): OpenRow {
  return { problem: prompt, answer, images: [path] };
}

/** images/, reward.py, which scores positions as well as letters, and open.jsonl as EasyR1 reads it. @throws AbortError */
export async function* openFiles(
  questions: readonly OpenQuestion[],
  image: (question: OpenQuestion) => Promise<EncodedImage>,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  const paths = new PicturePaths();
  yield* pictureFiles(questions, image, paths, signal);
  const rows = questions.map((question) => openRow(question, paths.of(question)!));
  yield { path: 'reward.py', bytes: new TextEncoder().encode(REWARD_PYTHON) };
  yield { path: 'open.jsonl', bytes: new TextEncoder().encode(writeJsonLines(rows)) };
}

/** sft.json last, a list of conversations, images/ before it. @throws AbortError */
export async function* sftFiles(
  examples: readonly SftExample[],
  image: (example: SftExample) => Promise<EncodedImage>,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  const paths = new PicturePaths();
  yield* pictureFiles(examples, image, paths, signal);
  const rows = examples.map((example) => conversationRow(example, paths.of(example)!));
  yield { path: 'sft.json', bytes: new TextEncoder().encode(JSON.stringify(rows, null, 1) + '\n') };
}

/** Every picture once, its path noted. @throws AbortError */
export async function* pictureFiles<Q extends Pictured>(
  questions: readonly Q[],
  image: (question: Q) => Promise<EncodedImage>,
  paths: PicturePaths,
  signal?: AbortSignal,
): AsyncGenerator<BundleFile> {
  for (const question of questions) {
    if (paths.of(question)) continue;
    signal?.throwIfAborted();
    const { bytes, mime } = await image(question);
    yield { path: paths.add(question, mime), bytes };
  }
}

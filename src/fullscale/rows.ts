/** Rows as EasyR1's dataset reads them (verl/utils/dataset.py), and the files their pictures go to. */
import type { EncodedImage } from '../demos/demonstration.ts';
import { splitAtImage } from '../questions/prompt.ts';
import type { OptionLetter, Question } from '../questions/question.ts';

export interface Row {
  /** The prompt with one "<image>". */
  problem: string;
  answer: OptionLetter;
  /** One path, relative to data.image_dir. */
  images: [string];
}

export type Pictured = Pick<Question, 'demonstration' | 'camera' | 'frame'>;

/** The picture a question shows; the kinds of one frame share it. */
export function pictureKey({ demonstration, camera, frame }: Pictured): string {
  return JSON.stringify([demonstration, camera, frame]);
}

/** Gives every picture a path of its own under images/, whatever characters its demonstration's id holds. */
export class PicturePaths {
  readonly #paths = new Map<string, string>();
  readonly #taken = new Set<string>();

  add(question: Pictured, mime: EncodedImage['mime']): string {
    const stem = `images/${safeName(question.demonstration)}_${safeName(question.camera)}_${question.frame}`;
    const extension = mime.replace('image/', '').replace('jpeg', 'jpg');
    let path = `${stem}.${extension}`;
    for (let copy = 2; this.#taken.has(path.toLowerCase()); copy++) path = `${stem}-${copy}.${extension}`;
    this.#taken.add(path.toLowerCase());
    this.#paths.set(pictureKey(question), path);
    return path;
  }

  of(question: Pictured): string | undefined {
    return this.#paths.get(pictureKey(question));
  }
}

/** @throws Error naming the question when its prompt has not exactly one "<image>". */
export function toRow(question: Question, path: string): Row {
  try {
    splitAtImage(question.prompt);
  } catch (error) {
    throw new Error(`question ${question.id}: ${(error as Error).message}`, { cause: error });
  }
  return { problem: question.prompt, answer: question.answer, images: [path] };
}

export function jsonLines(rows: Row[]): string {
  return rows.map((row) => JSON.stringify(row) + '\n').join('');
}

/** Letters, digits, dot, dash and underscore, neither hidden nor endless. */
export function safeName(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9._-]+/g, '_')
      .replace(/^[._-]+/, '')
      .slice(0, 80) || 'unnamed'
  );
}

import { seededRandom } from '../../demos/random.ts';

/** 32 hex digits, by chance alone the same for two texts: the first draws of the stream that the text seeds. */
export function hashText(text: string): string {
  const random = seededRandom(text);
  return Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

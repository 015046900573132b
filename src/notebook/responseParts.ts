/** What each token of a response belongs to: the thought, the answer, a tag, or neither. */

export type Part = 'think' | 'answer' | 'tag' | 'outside';

export interface Segment {
  part: Part;
  /** Index of its first token. */
  from: number;
  /** Index after its last token. */
  to: number;
}

const TAG = /<\/?(think|answer)>/g;

/**
 * Neighbouring tokens of one part make a segment. Works on a response that is still being written: a thought not yet
 * closed is a thought. A token belongs where its first character that is not white space stands.
 */
export function responseParts(tokens: string[]): Segment[] {
  const parts = partsOfText(tokens.join(''));
  const segments: Segment[] = [];
  let at = 0;
  tokens.forEach((token, i) => {
    const lead = token.length - token.trimStart().length;
    const part = parts[at + (lead < token.length ? lead : 0)] ?? segments.at(-1)?.part ?? 'outside';
    at += token.length;
    const last = segments.at(-1);
    if (last?.part === part) last.to = i + 1;
    else segments.push({ part, from: i, to: i + 1 });
  });
  return segments;
}

/** One part a character. */
function partsOfText(text: string): Part[] {
  const parts: Part[] = [];
  let now: Part = 'outside';
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    while (at < match.index) parts[at++] = now;
    while (at < match.index + match[0].length) parts[at++] = 'tag';
    now = match[0][1] === '/' ? 'outside' : (match[1] as Part);
  }
  while (at < text.length) parts[at++] = now;
  return parts;
}

/** Two texts word by word: what they share, and what only one of them has. */

export interface DiffPart {
  /** "both", or which text alone has it. */
  side: 'both' | 'first' | 'second';
  text: string;
}

/** A longest common subsequence of words; parts join to each text when the other's are left out. */
export function wordDiff(first: string, second: string): DiffPart[] {
  const [a, b] = [words(first), words(second)];
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i][j] =
        a[i] === b[j] ? common[i + 1][j + 1] + weight(a[i]) : Math.max(common[i + 1][j], common[i][j + 1]);
  const parts: DiffPart[] = [];
  const add = (side: DiffPart['side'], text: string) => {
    const last = parts.at(-1);
    if (last?.side === side) last.text += text;
    else parts.push({ side, text });
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('both', a[i++]);
      j++;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) add('first', a[i++]);
    else add('second', b[j++]);
  }
  return parts;
}

/** Words and the white space between them, in turn. */
function words(text: string): string[] {
  return text.match(/\s+|\S+/g) ?? [];
}

/** A shared word counts for more than any white space around it. */
function weight(word: string): number {
  return word.trim() ? 4 : 1;
}

/**
 * When did it decide? The probabilities of the four letters after each token of a response's thought.
 *
 * Definition: for a prefix of k tokens of the response, the thought is broken off there, the ending is forced (the
 * tokens from "</think>" up to the answer's letter), and the probabilities of the four letter tokens are read, under
 * softmax(logits) over the whole vocabulary, no temperature. The ending is the response's own where it wrote one, so
 * that the last reading is the one its answer was drawn from; else the form of the prompt's example.
 *
 * All prefixes are read in one pass over the response. Its tokens are fed one at a time; after each, a copy of the row
 * sets off into the ending, so that row i of the batch has i tokens of the ending behind it. All rows are equally long
 * at every step: no mask and no padding is needed, and the pass costs about what sampling a group does.
 */
import type { Decoder } from './decoder.ts';
import type { Vocabulary } from './generateGroup.ts';
import { lettersChosenFrom } from './letterTokens.ts';
import type { LetterTrace, LetterTraceOptions } from './policy.ts';
import { otherTasks } from './otherTasks.ts';
import { probabilities } from './tokenDistribution.ts';
import { TokenText } from './tokenText.ts';

const OPEN = '<think>';
const CLOSE = '</think>';

/** From the end of a thought to just before the letter, and the four tokens that may follow. */
export interface Ending {
  ids: number[];
  /** Of A, B, C, D. */
  letters: number[];
}

/** How the prompt's example ends a response, cut as the tokenizer cuts it. */
export function findEnding(encode: (text: string) => number[]): Ending {
  const spelled = ['A', 'B', 'C', 'D'].map((letter) => encode(`${CLOSE} <answer> [[${letter}]] </answer>`));
  const place = spelled[0].findIndex((id, i) => spelled.some((ids) => ids[i] !== id));
  return { ids: spelled[0].slice(0, place), letters: spelled.map((ids) => ids[place]) };
}

/** Where the readings begin and end in a response, and what is forced after each. */
export interface TracePlan {
  /** Tokens before the first reading: up to and with "<think>" where there is one. */
  from: number;
  /** Tokens before the last reading: all before "</think>". */
  to: number;
  ending: Ending;
}

export function planTrace(
  ids: readonly number[],
  { decode, letters, ending, end }: Pick<Vocabulary, 'decode' | 'letters' | 'ending' | 'end'>,
): TracePlan {
  const text = new TokenText(decode);
  const before: string[] = [''];
  for (const id of ids) before.push(before[before.length - 1] + text.push(id));
  const holds = (mark: string) => before.findIndex((t) => t.includes(mark));
  const from = Math.max(0, holds(OPEN));
  const closed = holds(CLOSE);
  if (closed < 0) {
    const stop = ids.findIndex((id) => end.has(id));
    return { from: Math.min(from, ids.length), to: stop < 0 ? ids.length : Math.max(stop, from), ending };
  }
  // The token with which "</think>" begins: the last before which none of its characters stands.
  const start = before[closed].indexOf(CLOSE);
  const to = Math.max(
    from,
    before.findLastIndex((t, i) => i < closed && t.length <= start),
  );
  for (let i = to; i < ids.length; i++) {
    const chosenFrom = lettersChosenFrom(letters, ids[i], before[i]);
    if (chosenFrom) return { from, to, ending: { ids: ids.slice(to, i), letters: chosenFrom } };
  }
  return { from, to, ending };
}

/**
 * @param embeds the prompt, [P, hidden]. @param ids of the response.
 * @throws AbortError before the next token once the signal is aborted.
 */
export async function letterTrace(
  decoder: Pick<Decoder, 'prefill' | 'select' | 'step' | 'clear'>,
  vocabulary: Vocabulary,
  embeds: Float32Array,
  ids: readonly number[],
  { signal, onProgress }: LetterTraceOptions = {},
): Promise<LetterTrace> {
  const { from, to, ending } = planTrace(ids, vocabulary);
  const trace: LetterTrace = { at: [], letters: [] };
  try {
    signal?.throwIfAborted();
    await decoder.prefill(embeds);
    // Rows of the batch: the response itself while it has tokens left, then its branches, the youngest first.
    let branches: { at: number; fed: number }[] = [];
    let size = 1;
    for (let fed = 0; fed <= to || branches.length; fed++) {
      signal?.throwIfAborted();
      const goesOn = fed < to;
      const main = fed <= to ? 1 : 0;
      const grown = branches.map((branch, i) => ({ ...branch, row: main + i }));
      if (main && fed >= from) grown.unshift({ at: fed, fed: 0, row: 0 });
      const rows = [...(goesOn ? [0] : []), ...grown.map(({ row }) => row)];
      if (rows.length !== size || rows.some((row, i) => row !== i)) await decoder.select(rows);
      size = rows.length;
      const tokens = [...(goesOn ? [ids[fed]] : []), ...grown.map((branch) => ending.ids[branch.fed])];
      const logits = await decoder.step(await vocabulary.embed(tokens));
      const width = logits.length / rows.length;
      for (const [i, branch] of grown.entries()) {
        if (++branch.fed < ending.ids.length) continue;
        const row = i + rows.length - grown.length;
        trace.at.push(branch.at);
        trace.letters.push(probabilities(logits.subarray(row * width, (row + 1) * width), ending.letters));
      }
      branches = grown.filter((branch) => branch.fed < ending.ids.length);
      onProgress?.(Math.min(fed + 1, to), to);
      await otherTasks();
    }
    return trace;
  } finally {
    decoder.clear();
  }
}

/** The last reading of letterTrace by itself: the prompt, the thought and the ending in one forward pass. */
export async function optionScores(
  decoder: Pick<Decoder, 'prefill' | 'clear'>,
  vocabulary: Vocabulary,
  embeds: Float32Array,
  ids: readonly number[],
): Promise<number[]> {
  const { to, ending } = planTrace(ids, vocabulary);
  const response = await vocabulary.embed([...ids.slice(0, to), ...ending.ids]);
  const whole = new Float32Array(embeds.length + response.length);
  whole.set(embeds);
  whole.set(response, embeds.length);
  try {
    return probabilities(await decoder.prefill(whole), ending.letters);
  } finally {
    decoder.clear();
  }
}

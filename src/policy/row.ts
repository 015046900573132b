/** One response while it is sampled: its tokens, what the distribution said of each, its letters. */
import type { Random } from '../demos/random.ts';
import { lettersChosenFrom } from './letterTokens.ts';
import type { Completion } from './policy.ts';
import { drawToken, probabilities, type DrawSettings } from './tokenDistribution.ts';
import { TokenText } from './tokenText.ts';
import type { TokenWords } from './tokenWords.ts';

/** A response as it grows. */
export interface Row {
  random: Random;
  text: TokenText;
  ids: number[];
  tokens: string[];
  logprobs: number[];
  entropies: number[];
  letters: number[] | null;
  terminated: boolean;
}

/** @param random its own stream: it comes out the same whatever is sampled with it. */
export function startRow(decode: (ids: number[]) => string, random: Random): Row {
  const text = new TokenText(decode);
  return {
    random,
    text,
    ids: [],
    tokens: [],
    logprobs: [],
    entropies: [],
    letters: null,
    terminated: false,
  };
}

/** @param logits after what the row has so far, [vocabulary]. */
export function chooseToken(
  row: Row,
  logits: Float32Array,
  sampling: DrawSettings,
  vocabulary: TokenWords,
): void {
  const { token, logprob, entropy } = drawToken(logits, sampling, vocabulary.suppressed, row.random);
  if (!row.letters) {
    const from = lettersChosenFrom(vocabulary.letters, token, row.tokens.join(''));
    row.letters = from && probabilities(logits, from);
  }
  row.ids.push(token);
  row.tokens.push(row.text.push(token));
  row.logprobs.push(logprob);
  row.entropies.push(entropy);
  row.terminated = vocabulary.end.has(token);
}

/** Of a row that has ended or was cut: its last token takes what is left of an unfinished character. */
export function finish(row: Row): void {
  row.tokens[row.tokens.length - 1] += row.text.flush();
}

export function completed(row: Row): Completion {
  return {
    ids: Int32Array.from(row.ids),
    text: row.tokens.join(''),
    tokens: row.tokens,
    logprobs: Float32Array.from(row.logprobs),
    entropies: Float32Array.from(row.entropies),
    terminated: row.terminated,
    letters: row.letters,
  };
}

/** Which tokens choose the answer's letter, for any tokenizer. */
import { LETTERS, OPTION_LETTERS, type OptionLetter } from '../questions/question.ts';

/** Ways to write an answer that a model may use. */
const SPELLINGS = [
  '<answer>[[X]]</answer>',
  '<answer> [[X]] </answer>',
  '<answer>\n[[X]]',
  '<answer>X',
  '<answer> X',
];
const BEFORE_LETTER = /<answer>[\s[]*$/;

/**
 * Tokens that tell the letters apart at one place, a row for each way the tokenizer cuts the spellings: A to H where it
 * tells those apart, else A to D.
 */
export type LetterTokens = number[][];

export function findLetterTokens(encode: (text: string) => number[]): LetterTokens {
  const rows = SPELLINGS.map(
    (spelling) => tellApart(encode, spelling, OPTION_LETTERS) ?? tellApart(encode, spelling, LETTERS),
  ).filter((tokens) => tokens !== null);
  return [...new Map(rows.map((tokens) => [tokens.join(), tokens])).values()];
}

function tellApart(
  encode: (text: string) => number[],
  spelling: string,
  letters: readonly OptionLetter[],
): number[] | null {
  const spelled = letters.map((letter) => encode(spelling.replace('X', letter)));
  const place = spelled[0].findIndex((id, i) => spelled.some((ids) => ids[i] !== id));
  const tokens = spelled.map((ids) => ids[place]);
  return new Set(tokens).size === letters.length ? tokens : null;
}

/** @returns the row that `token` chose from, or null when it does not choose the answer's letter. */
export function lettersChosenFrom(tokens: LetterTokens, token: number, textBefore: string): number[] | null {
  const row = tokens.find((letters) => letters.includes(token));
  return row && BEFORE_LETTER.test(textBefore) ? row : null;
}

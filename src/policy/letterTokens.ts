/** Which tokens choose the answer's letter, for any tokenizer. */
import { LETTERS } from '../questions/question.ts';

/** Ways to write an answer that a model may use. */
const SPELLINGS = [
  '<answer>[[X]]</answer>',
  '<answer> [[X]] </answer>',
  '<answer>\n[[X]]',
  '<answer>X',
  '<answer> X',
];
const BEFORE_LETTER = /<answer>[\s[]*$/;

/** Tokens that tell A, B, C, D apart at one place: a quadruple for each way the tokenizer cuts the spellings. */
export type LetterTokens = number[][];

export function findLetterTokens(encode: (text: string) => number[]): LetterTokens {
  const quadruples = SPELLINGS.map((spelling) => {
    const spelled = LETTERS.map((letter) => encode(spelling.replace('X', letter)));
    const place = spelled[0].findIndex((id, i) => spelled.some((ids) => ids[i] !== id));
    return spelled.map((ids) => ids[place]);
  }).filter((tokens) => new Set(tokens).size === LETTERS.length);
  return [...new Map(quadruples.map((tokens) => [tokens.join(), tokens])).values()];
}

/** @returns the quadruple that `token` chose from, or null when it does not choose the answer's letter. */
export function lettersChosenFrom(tokens: LetterTokens, token: number, textBefore: string): number[] | null {
  const quadruple = tokens.find((q) => q.includes(token));
  return quadruple && BEFORE_LETTER.test(textBefore) ? quadruple : null;
}

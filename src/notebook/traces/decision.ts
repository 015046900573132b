/** When a thought decides: the first reading from which its final favourite stays ahead. */
import { LETTERS, type Letter } from '../../questions/question.ts';
import type { LetterTrace } from '../../policy/policy.ts';

export interface Decision {
  letter: Letter;
  /** Tokens of the response before it. */
  at: number;
  /** The first reading has it already: the thought changed nothing. */
  fromTheStart: boolean;
}

/** @returns null for a trace without readings. */
export function decision({ at, letters }: LetterTrace): Decision | null {
  const favourites = letters.map((four) => four.indexOf(Math.max(...four)));
  const last = favourites.at(-1);
  if (last === undefined) return null;
  const since = favourites.findLastIndex((f) => f !== last) + 1;
  return { letter: LETTERS[last], at: at[since], fromTheStart: since === 0 };
}

/** Probabilities among the four letters alone; a quarter each where all are nothing. */
export function amongFour(four: number[]): number[] {
  const sum = four.reduce((total, p) => total + p, 0);
  return four.map((p) => (sum > 0 ? p / sum : 0.25));
}

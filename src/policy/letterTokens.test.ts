import { expect, test } from 'vitest';
import { findLetterTokens, lettersChosenFrom } from './letterTokens.ts';

/** Greedy longest match over a list of pieces; any other character is a token of its own. */
function tokenizer(pieces: string[]) {
  const order = [...pieces].sort((a, b) => b.length - a.length);
  const ids = new Map<string, number>();
  const id = (piece: string) => ids.get(piece) ?? ids.set(piece, ids.size).size - 1;
  const encode = (text: string): number[] => {
    const out: number[] = [];
    while (text) {
      const piece = order.find((p) => text.startsWith(p)) ?? text[0];
      out.push(id(piece));
      text = text.slice(piece.length);
    }
    return out;
  };
  return { encode, id };
}

test('a tokenizer with one token for each [[X]]', () => {
  const { encode, id } = tokenizer(['<answer>', '</answer>', '[[A]]', '[[B]]', '[[C]]', '[[D]]']);
  const tokens = findLetterTokens(encode);
  expect(tokens[0]).toEqual(['[[A]]', '[[B]]', '[[C]]', '[[D]]'].map(id));
  expect(lettersChosenFrom(tokens, id('[[C]]'), '<think>x</think><answer>')).toEqual(tokens[0]);
  expect(lettersChosenFrom(tokens, id('[[C]]'), '<think>it is ')).toBeNull();
  expect(lettersChosenFrom(tokens, id('[[C]]'), '<answer>[[A]]</answer>')).toBeNull();
});

test('a tokenizer that cuts before and after the letter', () => {
  const { encode, id } = tokenizer(['<answer>', ' [[', '[[', ']]']);
  const tokens = findLetterTokens(encode);
  expect(tokens).toContainEqual([...'ABCDEFGH'].map(id));
  expect(lettersChosenFrom(tokens, id('B'), '<answer> [[')).toEqual([...'ABCDEFGH'].map(id));
  expect(lettersChosenFrom(tokens, id('G'), '<answer> [[')).toEqual([...'ABCDEFGH'].map(id));
  expect(lettersChosenFrom(tokens, id('B'), '<answer> [[A]]')).toBeNull();
});

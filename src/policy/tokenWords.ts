/** What a checkpoint's tokens say: which end a response, which are never sampled, which are letters. */
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { findLetterTokens, type LetterTokens } from './letterTokens.ts';
import { findEnding, type Ending } from './letterTrace.ts';

export interface TokenWords {
  end: ReadonlySet<number>;
  /** Never sampled. */
  suppressed: ReadonlySet<number>;
  letters: LetterTokens;
  /** Of a thought that is broken off. */
  ending: Ending;
  /** Special tokens left out. */
  decode: (ids: number[]) => string;
}

export interface ResponseWords extends TokenWords {
  /** A response as it is sampled, with an end token. */
  encodeResponse: (text: string) => Int32Array;
}

/** @param ends ids, at least one; @param suppressed ids. */
export function tokenWords(
  tokenizer: PreTrainedTokenizer,
  ends: readonly number[],
  suppressed: readonly number[],
): ResponseWords {
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false });
  return {
    end: new Set(ends),
    suppressed: new Set(suppressed),
    letters: findLetterTokens(encode),
    ending: findEnding(encode),
    decode: (ids) => tokenizer.decode(ids, { skip_special_tokens: true }),
    encodeResponse: (text) => Int32Array.from([...encode(text), ends[0]]),
  };
}

/** Samples a group of completions of one prompt: one prefill, then all rows as one batch. */
import { seededRandom, type Random } from '../demos/random.ts';
import type { Decoder } from './decoder.ts';
import { lettersChosenFrom, type LetterTokens } from './letterTokens.ts';
import type { Ending } from './letterTrace.ts';
import { otherTasks } from './otherTasks.ts';
import type { Completion, GenerateOptions, SamplingSettings } from './policy.ts';
import { drawToken, probabilities } from './tokenDistribution.ts';
import { TokenText } from './tokenText.ts';

/** What a checkpoint says of its tokens. */
export interface Vocabulary {
  end: ReadonlySet<number>;
  /** Never sampled. */
  suppressed: ReadonlySet<number>;
  letters: LetterTokens;
  /** Of a thought that is broken off. */
  ending: Ending;
  /** Special tokens left out. */
  decode: (ids: number[]) => string;
  /** Input embeddings [ids, hidden]. */
  embed: (ids: number[]) => Promise<Float32Array>;
}

/**
 * @param embeds the prompt, [P, hidden].
 * @param rows which rows of the group to sample: row r draws from its own stream of random numbers, so that it
 *   comes out the same whatever rows are sampled with it.
 * @throws AbortError before the next step once the signal is aborted.
 */
export async function generateGroup(
  decoder: Pick<Decoder, 'prefill' | 'select' | 'step' | 'clear'>,
  vocabulary: Vocabulary,
  embeds: Float32Array,
  rows: number[],
  sampling: SamplingSettings,
  { signal, onTokens }: GenerateOptions = {},
): Promise<Completion[]> {
  const started = rows.map((row) => startRow(vocabulary, seededRandom('completion', sampling.seed, row)));
  try {
    signal?.throwIfAborted();
    const first = await decoder.prefill(embeds);
    await otherTasks();
    signal?.throwIfAborted();
    let live = started;
    let logitsOf = (_: number) => first;
    for (let n = 1; n <= sampling.max_completion_length; n++) {
      live.forEach((row, i) => chooseToken(row, logitsOf(i), sampling, vocabulary));
      for (const row of live) if (row.terminated || n === sampling.max_completion_length) finish(row);
      onTokens?.(started.map((row) => (live.includes(row) ? row.tokens[row.tokens.length - 1] : null)));
      await otherTasks();
      signal?.throwIfAborted();

      const kept = [...live.keys()].filter((i) => !live[i].terminated);
      if (kept.length === 0 || n === sampling.max_completion_length) break;
      if (n === 1 && kept.length > 1) await decoder.select(kept.map(() => 0));
      if (n > 1 && kept.length < live.length) await decoder.select(kept);
      live = kept.map((i) => live[i]);
      const logits = await decoder.step(
        await vocabulary.embed(live.map((row) => row.ids[row.ids.length - 1])),
      );
      const width = logits.length / live.length;
      logitsOf = (i) => logits.subarray(i * width, (i + 1) * width);
    }
    return started.map(completed);
  } finally {
    decoder.clear();
  }
}

interface Row {
  random: Random;
  text: TokenText;
  ids: number[];
  tokens: string[];
  logprobs: number[];
  entropies: number[];
  letters: number[] | null;
  terminated: boolean;
}

function startRow(vocabulary: Vocabulary, random: Random): Row {
  const text = new TokenText(vocabulary.decode);
  return { random, text, ids: [], tokens: [], logprobs: [], entropies: [], letters: null, terminated: false };
}

function chooseToken(
  row: Row,
  logits: Float32Array,
  sampling: SamplingSettings,
  vocabulary: Vocabulary,
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

function finish(row: Row): void {
  row.tokens[row.tokens.length - 1] += row.text.flush();
}

function completed(row: Row): Completion {
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

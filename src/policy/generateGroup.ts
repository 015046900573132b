/** Samples groups of completions: one prefill a prompt, then all rows of all prompts together. */
import { seededRandom } from '../demos/random.ts';
import type { Decoder } from './decoder.ts';
import { otherTasks } from './otherTasks.ts';
import type { Completion, GenerateOptions, SamplingSettings } from './policy.ts';
import { chooseToken, completed, finish, startRow } from './row.ts';
import type { TokenWords } from './tokenWords.ts';

/** What a checkpoint says of its tokens. */
export interface Vocabulary extends TokenWords {
  /** Input embeddings [ids, hidden]. */
  embed: (ids: number[]) => Promise<Float32Array>;
}

/** A prompt and which rows of its group to sample. */
export interface GroupPrompt {
  /** [P, hidden]. */
  embeds: Float32Array;
  /**
   * Row r draws from its own stream of random numbers, so that it comes out the same whatever is sampled with it.
   */
  rows: number[];
  seed: number;
}

type RowDecoder = Pick<Decoder, 'prefill' | 'prefillAll' | 'select' | 'step' | 'clear'>;

/**
 * In parts of as many rows as the decoder takes at once.
 * @throws AbortError before the next step once the signal is aborted.
 */
export async function generateGroup(
  decoder: RowDecoder & Pick<Decoder, 'rowsAtOnce'>,
  vocabulary: Vocabulary,
  prompt: GroupPrompt,
  sampling: Omit<SamplingSettings, 'seed'>,
  { signal, onTokens }: GenerateOptions = {},
): Promise<Completion[]> {
  const { rows, embeds } = prompt;
  const most = decoder.rowsAtOnce(embeds, sampling.max_completion_length);
  const completions: Completion[] = [];
  while (completions.length < rows.length) {
    const first = completions.length;
    const part = { ...prompt, rows: rows.slice(first, first + most) };
    const told =
      onTokens &&
      ((tokens: (string | null)[]) => onTokens(rows.map((_, row) => tokens[row - first] ?? null)));
    const [some] = await generateGroups(decoder, vocabulary, [part], sampling, { signal, onTokens: told });
    completions.push(...some);
  }
  return completions;
}

/** As generateGroup for several prompts; onTokens gets the rows of all, a prompt's after the other's. */
export async function generateGroups(
  decoder: RowDecoder,
  vocabulary: Vocabulary,
  prompts: GroupPrompt[],
  sampling: Omit<SamplingSettings, 'seed'>,
  { signal, onTokens }: GenerateOptions = {},
): Promise<Completion[][]> {
  const groups = prompts.map(({ rows, seed }, prompt) =>
    rows.map((row) => ({ ...startRow(vocabulary.decode, seededRandom('completion', seed, row)), prompt })),
  );
  const started = groups.flat();
  const room = sampling.max_completion_length;
  try {
    signal?.throwIfAborted();
    const first =
      prompts.length === 1
        ? [await decoder.prefill(prompts[0].embeds, room)]
        : await decoder.prefillAll(
            prompts.map(({ embeds }) => embeds),
            room,
          );
    await otherTasks();
    signal?.throwIfAborted();
    let live = started;
    let logitsOf = (i: number) => first[live[i].prompt];
    // Where each live row lies in the decoder's batch, which holds `held` rows: a row a prompt at first.
    let [places, held] = [started.map(({ prompt }) => prompt), prompts.length];
    for (let n = 1; n <= room; n++) {
      live.forEach((row, i) => chooseToken(row, logitsOf(i), sampling, vocabulary));
      for (const row of live) if (row.terminated || n === room) finish(row);
      onTokens?.(started.map((row) => (live.includes(row) ? row.tokens[row.tokens.length - 1] : null)));
      await otherTasks();
      signal?.throwIfAborted();

      const kept = [...live.keys()].filter((i) => !live[i].terminated);
      if (kept.length === 0 || n === room) break;
      places = kept.map((i) => places[i]);
      if (places.length !== held || places.some((place, i) => place !== i)) await decoder.select(places);
      live = kept.map((i) => live[i]);
      [places, held] = [[...live.keys()], live.length];
      const logits = await decoder.step(
        await vocabulary.embed(live.map((row) => row.ids[row.ids.length - 1])),
      );
      const width = logits.length / live.length;
      logitsOf = (i) => logits.subarray(i * width, (i + 1) * width);
    }
    return groups.map((rows) => rows.map(completed));
  } finally {
    decoder.clear();
  }
}

import type { EncodedPrompt, Policy } from './policy.ts';

/** Tokens a second. */
export interface RolloutBench {
  /** Completions of one prompt, decoded as one batch. */
  group: number;
  /** As many one after the other, each with its own prefill. */
  single: number;
  /** As many groups of as many in one batch. */
  groups: number;
}

type Way = keyof RolloutBench;

const ALL: readonly Way[] = ['group', 'single', 'groups'];
const LENGTH = 64;

/** What decoding as one batch gains: the fastest of some turns each, taken in turns after one that is not measured. */
export async function benchRollout<W extends Way>(
  policy: Policy,
  prompt: EncodedPrompt,
  ways: readonly W[] = ALL as readonly W[],
  { rows = 8, turns = 3 } = {},
): Promise<Pick<RolloutBench, W>> {
  const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: LENGTH };
  const sample = (count: number, seed: number) => policy.generate(prompt, count, { ...sampling, seed });
  const runs: Record<Way, (turn: number) => Promise<{ ids: Int32Array }[]>> = {
    group: (turn) => sample(rows, turn),
    single: async (turn) => {
      const completions = [];
      for (let i = 0; i < rows; i++) completions.push(...(await sample(1, turn * rows + i)));
      return completions;
    },
    groups: async (turn) => {
      const prompts = Array.from({ length: rows }, (_, i) => ({ prompt, seed: turn * rows + i }));
      return (await policy.generateBatch(prompts, rows, sampling)).flat();
    },
  };
  const best: RolloutBench = { group: 0, single: 0, groups: 0 };
  for (let turn = 0; turn <= turns; turn++)
    for (const way of ways) {
      const tokensPerSecond = await rate(() => runs[way](turn));
      if (turn > 0) best[way] = Math.max(best[way], tokensPerSecond);
    }
  return best;
}

async function rate(run: () => Promise<{ ids: Int32Array }[]>): Promise<number> {
  const start = performance.now();
  const tokens = (await run()).reduce((sum, { ids }) => sum + ids.length, 0);
  return tokens / ((performance.now() - start) / 1000);
}

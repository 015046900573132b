import type { EncodedPrompt, Policy } from './policy.ts';

/** Tokens a second. */
export interface RolloutBench {
  /** Eight completions of one prompt, decoded as one batch. */
  group: number;
  /** Eight completions one after the other, each with its own prefill. */
  single: number;
  /** Eight groups of eight in one batch. */
  groups: number;
}

const ROWS = 8;
const LENGTH = 64;
const TURNS = 3;

/** What decoding as one batch gains: the fastest of some turns each, taken in turns after one that is not measured. */
export async function benchRollout(policy: Policy, prompt: EncodedPrompt): Promise<RolloutBench> {
  const sampling = { temperature: 1, top_p: 1, top_k: 0, max_completion_length: LENGTH };
  const sample = (count: number, seed: number) => policy.generate(prompt, count, { ...sampling, seed });
  const best: RolloutBench = { group: 0, single: 0, groups: 0 };
  for (let turn = 0; turn <= TURNS; turn++) {
    const rates: RolloutBench = {
      group: await rate(() => sample(ROWS, turn)),
      single: await rate(async () => {
        const completions = [];
        for (let i = 0; i < ROWS; i++) completions.push(...(await sample(1, turn * ROWS + i)));
        return completions;
      }),
      groups: await rate(async () => {
        const prompts = Array.from({ length: ROWS }, (_, i) => ({ prompt, seed: turn * ROWS + i }));
        return (await policy.generateBatch(prompts, ROWS, sampling)).flat();
      }),
    };
    if (turn > 0) for (const way of WAYS) best[way] = Math.max(best[way], rates[way]);
  }
  return best;
}

const WAYS = ['group', 'single', 'groups'] as const;

async function rate(run: () => Promise<{ ids: Int32Array }[]>): Promise<number> {
  const start = performance.now();
  const tokens = (await run()).reduce((sum, { ids }) => sum + ids.length, 0);
  return tokens / ((performance.now() - start) / 1000);
}

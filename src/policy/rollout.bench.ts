import type { EncodedPrompt, Policy } from './policy.ts';

export interface RolloutBench {
  /** Tokens a second of eight completions of one prompt decoded as one batch. */
  group: number;
  /** Tokens a second of eight completions one after the other, each with its own prefill. */
  single: number;
}

const ROWS = 8;
const LENGTH = 64;

/** What decoding a group as one batch gains. Both ways get one unmeasured completion first. */
export async function benchRollout(policy: Policy, prompt: EncodedPrompt): Promise<RolloutBench> {
  const sample = (count: number, seed: number) =>
    policy.generate(prompt, count, {
      temperature: 1,
      top_p: 1,
      top_k: 0,
      max_completion_length: LENGTH,
      seed,
    });
  await sample(1, 0);
  const group = await rate(() => sample(ROWS, 1));
  const single = await rate(async () => {
    const completions = [];
    for (let i = 0; i < ROWS; i++) completions.push(...(await sample(1, 2 + i)));
    return completions;
  });
  return { group, single };
}

async function rate(run: () => Promise<{ ids: Int32Array }[]>): Promise<number> {
  const start = performance.now();
  const tokens = (await run()).reduce((sum, { ids }) => sum + ids.length, 0);
  return tokens / ((performance.now() - start) / 1000);
}

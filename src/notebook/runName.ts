import type { TrainConfig } from './trainConfig.ts';

/** What a new run is called until it is renamed: what set it up, and when. */
export function runName(
  { method, grpo, sft }: Pick<TrainConfig, 'method' | 'grpo' | 'sft'>,
  now: Date,
): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`;
  const what = method === 'grpo' ? `G ${grpo.num_generations}` : `SFT ${sft.response}`;
  return `${what}, lr ${grpo.optimizer.learning_rate}, seed ${grpo.seed} (${when})`;
}

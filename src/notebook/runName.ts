import type { GrpoConfig } from '../training/grpoConfig.ts';

/** What a new run is called until it is renamed: what set it up, and when. */
export function runName({ num_generations, optimizer, seed }: GrpoConfig, now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`;
  return `G ${num_generations}, lr ${optimizer.learning_rate}, seed ${seed} (${when})`;
}

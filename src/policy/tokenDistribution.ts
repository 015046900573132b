/** The next-token distribution: what it says of a token, and a draw from it. */
import type { Random } from '../demos/random.ts';

export interface Draw {
  token: number;
  /** log p under softmax(logits / temperature) over the full vocabulary; temperature 1 when greedy. */
  logprob: number;
  /** Entropy in nats of the same distribution. */
  entropy: number;
}

export interface DrawSettings {
  temperature: number;
  top_p: number;
  top_k: number;
}

/**
 * Draws one token. Suppressed tokens are never drawn, but stay in the distribution whose log-probabilities are
 * reported, as top_k and top_p do in TRL: the learner's log-softmax over the same vocabulary agrees with it.
 *
 * @param logits of one position, [vocabulary].
 * @param random used once, not at all when greedy.
 */
export function drawToken(
  logits: Float32Array,
  settings: DrawSettings,
  suppressed: ReadonlySet<number>,
  random: Random,
): Draw {
  const temperature = settings.temperature || 1;
  const { weights, logZ, entropy } = distribution(logits, temperature);
  const token = settings.temperature
    ? sample(weights, settings, suppressed, random)
    : best(logits, suppressed);
  return { token, logprob: logits[token] / temperature - logZ, entropy };
}

/** Probabilities of some tokens under softmax(logits). */
export function probabilities(logits: Float32Array, tokens: readonly number[]): number[] {
  const { logZ } = distribution(logits, 1);
  return tokens.map((token) => Math.exp(logits[token] - logZ));
}

interface Distribution {
  /** Proportional to the probabilities; the largest is 1. */
  weights: Float64Array;
  /** log sum exp(logits / temperature). */
  logZ: number;
  entropy: number;
}

function distribution(logits: Float32Array, temperature: number): Distribution {
  const weights = new Float64Array(logits.length);
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (logits[i] > max) max = logits[i];
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < logits.length; i++) {
    const x = (logits[i] - max) / temperature;
    const weight = Math.exp(x);
    weights[i] = weight;
    sum += weight;
    if (weight > 0) weighted += weight * x;
  }
  if (!(sum > 0))
    throw new Error(
      `the model gave ${logits.find((x) => !Number.isFinite(x))} as a logit: change the device`,
    );
  const logSum = Math.log(sum);
  return { weights, logZ: logSum + max / temperature, entropy: logSum - weighted / sum };
}

function best(logits: Float32Array, suppressed: ReadonlySet<number>): number {
  let token = -1;
  for (let i = 0; i < logits.length; i++) {
    if ((token < 0 || logits[i] > logits[token]) && !suppressed.has(i)) token = i;
  }
  return token;
}

/** Changes the weights. */
function sample(
  weights: Float64Array,
  { top_k, top_p }: DrawSettings,
  suppressed: ReadonlySet<number>,
  random: Random,
): number {
  for (const token of suppressed) weights[token] = 0;
  if (top_k > 0 || top_p < 1) keepLikeliest(weights, top_k, top_p);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let left = random() * total;
  let last = -1;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}

/** Zeroes all but the top_k likeliest, then all beyond the smallest set that holds top_p of what is left. */
function keepLikeliest(weights: Float64Array, top_k: number, top_p: number): void {
  const order = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a]);
  const kept = top_k > 0 ? order.slice(0, top_k) : order;
  const mass = kept.reduce((sum, token) => sum + weights[token], 0);
  let before = 0;
  const nucleus = kept.filter((token) => {
    const inside = before < top_p * mass;
    before += weights[token];
    return inside;
  });
  const values = (nucleus.length ? nucleus : kept.slice(0, 1)).map((token) => [token, weights[token]]);
  weights.fill(0);
  for (const [token, weight] of values) weights[token] = weight;
}

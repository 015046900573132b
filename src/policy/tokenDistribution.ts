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
  /** Tokens less likely than this share of the likeliest are not drawn; 0 or absent: all may be. */
  min_p?: number;
}

/**
 * Draws one token. Suppressed tokens are never drawn, but stay in the distribution whose log-probabilities are
 * reported, as top_k, top_p and min_p do in TRL: the learner's log-softmax over the same vocabulary agrees with it.
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
  /** Proportional to the probabilities; the largest is 1. Good until the next distribution. */
  weights: Float64Array;
  /** log sum exp(logits / temperature). */
  logZ: number;
  entropy: number;
}

/** One for all draws: an array a draw, outside of the heap, wakes the garbage collector again and again. */
let room = new Float64Array(0);

function distribution(logits: Float32Array, temperature: number): Distribution {
  if (room.length < logits.length) room = new Float64Array(logits.length);
  const weights = room.subarray(0, logits.length);
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

/** Changes the weights. The order is that of transformers: top_k, top_p of what is left, min_p. */
function sample(
  weights: Float64Array,
  { top_k, top_p, min_p = 0 }: DrawSettings,
  suppressed: ReadonlySet<number>,
  random: Random,
): number {
  for (const token of suppressed) weights[token] = 0;
  if (top_k > 0) keepTopK(weights, top_k);
  if (top_p < 1) keepNucleus(weights, top_p);
  if (min_p > 0) keepFrom(weights, min_p * largest(weights));
  const total = sum(weights);
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

/** The top_k likeliest; of equals the earlier. */
function keepTopK(weights: Float64Array, top_k: number): void {
  if (top_k >= weights.length) return;
  const least = weights.slice().sort()[weights.length - top_k];
  let equal = top_k - weights.reduce((count, weight) => count + (weight > least ? 1 : 0), 0);
  for (let i = 0; i < weights.length; i++)
    if (weights[i] < least || (weights[i] === least && equal-- <= 0)) weights[i] = 0;
}

/** The smallest set of the likeliest that holds top_p of all, one token at least. */
function keepNucleus(weights: Float64Array, top_p: number): void {
  const mass = sum(weights);
  // Tokens below this hold less than 1 - top_p together: they are outside, and need not be sorted.
  const floor = ((1 - top_p) * mass) / weights.length;
  const order: number[] = [];
  weights.forEach((weight, token) => {
    if (weight > floor) order.push(token);
  });
  order.sort((a, b) => weights[b] - weights[a]);
  let before = 0;
  let count = 0;
  while (count < order.length && (count === 0 || before < top_p * mass)) before += weights[order[count++]];
  const kept = order.slice(0, count).map((token) => [token, weights[token]]);
  weights.fill(0);
  for (const [token, weight] of kept) weights[token] = weight;
}

function keepFrom(weights: Float64Array, least: number): void {
  for (let i = 0; i < weights.length; i++) if (weights[i] < least) weights[i] = 0;
}

function largest(weights: Float64Array): number {
  return weights.reduce((most, weight) => Math.max(most, weight), 0);
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  return total;
}

/** How many multiply-adds an update needs: what a rate is reckoned from. */
import type { LoraConfig } from '../checkpoint/adapter.ts';
import { linearModules, type CheckpointConfig } from '../checkpoint/config.ts';
import type { Packing } from './packing.ts';

/** Multiply-adds of one group's gradient. */
export interface StepProducts {
  /** Frozen weights: the product, and its gradient in the input. */
  linear: number;
  /** LoRA: two small products, and for each its gradients in input and weight. */
  lora: number;
  /** Scores and weighted values, and two gradients of each; only pairs that the mask lets through. */
  attention: number;
  /** The head at the rows of responses: the product and its gradient. */
  vocabulary: number;
}

/** Nothing is counted twice where layers are recomputed: the second forward pass is a cost, not a need. */
export function stepProducts(
  config: CheckpointConfig,
  { r, target_modules }: Pick<LoraConfig, 'r' | 'target_modules'>,
  { rows, prefix, responses }: Packing,
): StepProducts {
  const weights = linearModules(config, 'all').reduce((sum, module) => sum + module.in * module.out, 0);
  const adapted = linearModules(config, target_modules).reduce(
    (sum, module) => sum + r * (module.in + module.out),
    0,
  );
  const answered = rows - prefix.length;
  const pairs =
    triangle(prefix.length) +
    responses.reduce((sum, { length }) => sum + length * prefix.length + triangle(length), 0);
  const { num_hidden_layers, num_attention_heads, head_dim, vocab_size, hidden_size } = config;
  return {
    linear: 2 * rows * weights,
    lora: 3 * rows * adapted,
    attention: 6 * pairs * num_hidden_layers * num_attention_heads * head_dim,
    vocabulary: 2 * answered * vocab_size * hidden_size,
  };
}

export function totalProducts({ linear, lora, attention, vocabulary }: StepProducts): number {
  return linear + lora + attention + vocabulary;
}

function triangle(n: number): number {
  return (n * (n + 1)) / 2;
}

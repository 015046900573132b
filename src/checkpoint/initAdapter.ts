/** A fresh adapter, as PEFT starts one: it changes nothing until its first step. */
import { seededRandom, uniform } from '../demos/random.ts';
import type { Adapter, LoraConfig } from './adapter.ts';
import { linearModules, type CheckpointConfig } from './config.ts';

/** A: kaiming uniform with a = sqrt(5), that is within 1 / sqrt(in); B: zero (peft/tuners/lora/layer.py). */
export function initAdapter(config: CheckpointConfig, lora: LoraConfig, seed: number | string): Adapter {
  if (!Number.isInteger(lora.r) || lora.r < 1)
    throw new Error(`LoRA rank r = ${lora.r}: must be a whole number from 1`);
  const modules = linearModules(config, lora.target_modules).map(({ path, in: inputs, out }) => {
    const random = seededRandom('lora', seed, path);
    const bound = 1 / Math.sqrt(inputs);
    const A = Float32Array.from({ length: lora.r * inputs }, () => uniform(random, -bound, bound));
    return [path, { A, B: new Float32Array(out * lora.r), in: inputs, out }] as const;
  });
  return {
    config: { ...lora, target_modules: [...lora.target_modules] },
    modules: Object.fromEntries(modules),
  };
}

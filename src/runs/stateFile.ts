/** The tensors of a training state as one safetensors file: adapter and AdamW's moments. */
import * as v from 'valibot';
import type { Adapter, LoraPair } from '../checkpoint/adapter.ts';
import { readSafetensors, writeSafetensors, type NamedTensor } from '../checkpoint/safetensors.ts';
import type { TrainingState } from '../training/trainingState.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What of a TrainingState is no tensor. */
export const stateNumbersSchema = v.object({
  step: count,
  position: count,
  num_tokens: count,
  updates: count,
  lora: v.object({
    r: v.pipe(count, v.minValue(1)),
    lora_alpha: v.pipe(v.number(), v.finite()),
    target_modules: v.array(v.string()),
  }),
});

export type StateNumbers = v.InferOutput<typeof stateNumbersSchema>;

export function stateNumbers({
  step,
  position,
  num_tokens,
  adapter,
  optimizer,
}: TrainingState): StateNumbers {
  return { step, position, num_tokens, updates: optimizer.step, lora: adapter.config };
}

/** Names: "adapter.<module>.A", "adapter.<module>.B", "m.<parameter>", "v.<parameter>". */
export function writeStateTensors({ adapter, optimizer }: TrainingState): Uint8Array {
  const tensors = new Map<string, NamedTensor>();
  for (const [path, { A, B, in: inputs, out }] of Object.entries(adapter.modules)) {
    tensors.set(`adapter.${path}.A`, { shape: [adapter.config.r, inputs], data: A });
    tensors.set(`adapter.${path}.B`, { shape: [out, adapter.config.r], data: B });
  }
  for (const moment of ['m', 'v'] as const)
    for (const [name, data] of Object.entries(optimizer[moment]))
      tensors.set(`${moment}.${name}`, { shape: [data.length], data });
  return writeSafetensors(tensors);
}

/** @throws Error when the file is damaged or does not fit the numbers. */
export function readState(numbers: StateNumbers, file: Uint8Array): TrainingState {
  const tensors = readSafetensors(file);
  const { step, position, num_tokens, updates, lora } = numbers;
  const adapter: Adapter = { config: lora, modules: {} };
  const optimizer = {
    step: updates,
    m: {} as Record<string, Float32Array>,
    v: {} as Record<string, Float32Array>,
  };
  for (const [name, { data }] of tensors) {
    if (!data.every(Number.isFinite))
      throw new Error(`training state: ${name} holds numbers that are not finite`);
    const [, part, rest] = /^(adapter|m|v)\.(.+)$/.exec(name) ?? [];
    if (part === 'm' || part === 'v') optimizer[part][rest] = data;
    else if (part === 'adapter') readHalf(adapter, tensors, rest);
    else throw new Error(`training state: tensor ${name} is none of adapter, m, v`);
  }
  return { step, position, num_tokens, adapter, optimizer };
}

function readHalf(adapter: Adapter, tensors: Map<string, NamedTensor>, name: string): void {
  const path = name.replace(/\.[AB]$/, '');
  if (adapter.modules[path]) return;
  const A = tensors.get(`adapter.${path}.A`);
  const B = tensors.get(`adapter.${path}.B`);
  const { r } = adapter.config;
  if (A?.shape.length !== 2 || B?.shape.length !== 2 || A.shape[0] !== r || B.shape[1] !== r)
    throw new Error(`training state: ${path} is not a pair of rank ${r}`);
  const pair: LoraPair = { A: A.data, B: B.data, in: A.shape[1], out: B.shape[0] };
  adapter.modules[path] = pair;
}

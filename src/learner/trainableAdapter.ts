/** The adapter as the learner holds it: numbers on the host, which are the truth, and a copy on the device. */
import * as tf from '@tensorflow/tfjs-core';
import type { Adapter, LoraPair } from '../checkpoint/adapter.ts';
import { newOptimizerState, type Tensors } from './adamw.ts';
import type { AdapterGradients, AdapterTensors } from './decoder.ts';
import type { OptimizerState } from './learner.ts';
import { uploadLora } from './linear.ts';

export class TrainableAdapter {
  readonly adapter: Adapter;
  readonly optimizer: OptimizerState;
  readonly tensors: AdapterTensors;

  /** Copies what it is given. @throws Error where the adapter or the moments do not fit the model. */
  constructor(
    adapter: Adapter,
    optimizer: OptimizerState | undefined,
    shapeOf: (module: string) => LinearShape | undefined,
  ) {
    checkAdapter(adapter, shapeOf);
    this.adapter = structuredClone(adapter);
    const parameters = toTensors(this.adapter);
    this.optimizer = optimizer ? structuredClone(optimizer) : newOptimizerState(parameters);
    checkMoments(parameters, this.optimizer);
    const { r, lora_alpha } = adapter.config;
    this.tensors = Object.fromEntries(
      Object.entries(this.adapter.modules).map(([module, pair]) => [
        module,
        uploadLora(pair, r, lora_alpha / r),
      ]),
    );
  }

  /** Names "layers.0.self_attn.q_proj.A" and so on. */
  parameters(): Tensors {
    return toTensors(this.adapter);
  }

  /** From the orders of the backward pass to those of the parameters. */
  async readGradients(gradients: AdapterGradients): Promise<Tensors> {
    const { r, lora_alpha } = this.adapter.config;
    const read = await Promise.all(
      Object.entries(this.adapter.modules).map(async ([module, pair]) => {
        const gradient = gradients[module] as AdapterGradients[string] | undefined;
        if (!gradient)
          return [module, new Float32Array(pair.A.length), new Float32Array(pair.B.length)] as const;
        const [dAt, dB] = await Promise.all([gradient.dAt.data<'float32'>(), gradient.dB.data<'float32'>()]);
        const dA = new Float32Array(pair.A.length);
        for (let row = 0; row < r; row++)
          for (let i = 0; i < pair.in; i++) dA[row * pair.in + i] = dAt[i * r + row];
        return [module, dA, dB.map((value) => (lora_alpha / r) * value)] as const;
      }),
    );
    return Object.fromEntries(
      read.flatMap(([module, dA, dB]) => [
        [`${module}.A`, dA],
        [`${module}.B`, dB],
      ]),
    );
  }

  dispose(): void {
    tf.dispose(this.tensors);
  }
}

type LinearShape = { in: number; out: number };

export function withParameters(adapter: Adapter, parameters: Tensors): Adapter {
  const modules = Object.entries(adapter.modules).map(([module, pair]): [string, LoraPair] => [
    module,
    { ...pair, A: parameters[`${module}.A`], B: parameters[`${module}.B`] },
  ]);
  return { config: adapter.config, modules: Object.fromEntries(modules) };
}

function toTensors(adapter: Adapter): Tensors {
  return Object.fromEntries(
    Object.entries(adapter.modules).flatMap(([module, { A, B }]) => [
      [`${module}.A`, A],
      [`${module}.B`, B],
    ]),
  );
}

function checkAdapter(
  { config: { r }, modules }: Adapter,
  shapeOf: (module: string) => LinearShape | undefined,
): void {
  for (const [module, pair] of Object.entries(modules)) {
    const shape = shapeOf(module);
    if (!shape)
      throw new Error(
        `adapter has a module ${module} that this checkpoint lacks; was it trained on another?`,
      );
    if (
      pair.in !== shape.in ||
      pair.out !== shape.out ||
      pair.A.length !== r * shape.in ||
      pair.B.length !== r * shape.out
    )
      throw new Error(
        `adapter's ${module} is ${pair.in} to ${pair.out} at rank ${r} with ${pair.A.length} + ${pair.B.length} values; this checkpoint's is ${shape.in} to ${shape.out}`,
      );
  }
}

function checkMoments(parameters: Tensors, { m, v }: OptimizerState): void {
  for (const [name, { length }] of Object.entries(parameters))
    for (const moments of [m, v])
      if ((moments[name] as Float32Array | undefined)?.length !== length)
        throw new Error(
          `optimiser state has no moments of length ${length} for ${name}; start from a new one`,
        );
}

/** The stack of decoder layers, a layer at a time so that the caller can pause between two. */
import * as tf from '@tensorflow/tfjs-core';
import type { FrozenWeight, LoraGradient, LoraTensors } from './linear.ts';
import {
  LAYER_MODULES,
  layerBackward,
  layerForward,
  type LayerActivations,
  type LayerLora,
  type LayerModule,
  type LayerShape,
  type LayerWeights,
  type PackedPositions,
} from './layer.ts';

/** On the device, by module path, e.g. "layers.0.self_attn.q_proj". */
export type AdapterTensors = Record<string, LoraTensors>;
export type AdapterGradients = Record<string, LoraGradient>;

/** Called between two layers; throws to stop. */
export type Pause = () => Promise<void>;

/** What a forward pass keeps: 'inputs' of the layers (the backward pass recomputes the rest), or all 'activations'. */
export type Keep = 'nothing' | 'inputs' | 'activations';

/** Of one forward pass. Disposes everything it still holds with `dispose`. */
export class DecoderTrace {
  readonly inputs: tf.Tensor2D[] = [];
  readonly activations: LayerActivations[] = [];
  output: tf.Tensor2D;

  constructor(output: tf.Tensor2D) {
    this.output = output;
  }

  dispose(): void {
    tf.dispose(this.inputs);
    tf.dispose(this.activations);
    this.output.dispose();
  }
}

export class Decoder {
  readonly layers: LayerWeights[];
  readonly shape: LayerShape;

  constructor(layers: LayerWeights[], shape: LayerShape) {
    this.layers = layers;
    this.shape = shape;
  }

  /** @param embeds [n, hidden]; the caller keeps it. @param adapter null: the base model. */
  async forward(
    embeds: tf.Tensor2D,
    positions: PackedPositions,
    adapter: AdapterTensors | null,
    keep: Keep,
    pause: Pause,
  ): Promise<DecoderTrace> {
    const trace = new DecoderTrace(tf.clone(embeds));
    try {
      for (let i = 0; i < this.layers.length; i++) {
        await pause();
        const input = trace.output;
        const { y, saved } = tf.tidy(() => {
          const result = layerForward(input, this.layers[i], layerLora(adapter, i), this.shape, positions);
          return keep === 'activations' ? result : { y: result.y, saved: undefined };
        });
        trace.output = y;
        if (keep === 'nothing') input.dispose();
        else trace.inputs.push(input);
        if (saved) trace.activations.push(saved);
      }
    } catch (error) {
      trace.dispose();
      throw error;
    }
    return trace;
  }

  /** Gradients of the adapter. @param dOutput gradient of the trace's output; the caller keeps both. */
  async backward(
    trace: DecoderTrace,
    dOutput: tf.Tensor2D,
    positions: PackedPositions,
    adapter: AdapterTensors,
    pause: Pause,
  ): Promise<AdapterGradients> {
    const all: AdapterGradients = {};
    let dy = tf.clone(dOutput);
    try {
      for (let i = this.layers.length - 1; i >= 0; i--) {
        await pause();
        const { dx, gradients } = tf.tidy(() => {
          const [weights, lora] = [this.layers[i], layerLora(adapter, i)];
          const input = trace.inputs[i];
          const saved =
            trace.activations.at(i) ?? layerForward(input, weights, lora, this.shape, positions).saved;
          return layerBackward(input, saved, dy, weights, lora, this.shape, positions);
        });
        dy.dispose();
        dy = dx;
        for (const module of LAYER_MODULES) {
          const gradient = gradients[module];
          if (gradient) all[`layers.${i}.${module}`] = gradient;
        }
      }
    } catch (error) {
      tf.dispose(all);
      throw error;
    } finally {
      dy.dispose();
    }
    return all;
  }

  /** The weight at a module path, e.g. "layers.0.self_attn.q_proj". */
  weight(module: string): FrozenWeight | undefined {
    const [, layer, name] = /^layers\.(\d+)\.(.+)$/.exec(module) ?? [];
    return this.layers.at(Number(layer))?.linear[name as LayerModule];
  }

  dispose(): void {
    for (const layer of this.layers) {
      for (const weight of Object.values(layer.linear)) weight.dispose();
      tf.dispose([layer.inputNorm, layer.postAttentionNorm]);
    }
  }
}

function layerLora(adapter: AdapterTensors | null, layer: number): LayerLora {
  if (!adapter) return {};
  return Object.fromEntries(LAYER_MODULES.map((module) => [module, adapter[`layers.${layer}.${module}`]]));
}

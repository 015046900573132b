/**
 * A frozen weight that stays on the host as its file has it and goes to the device for one product at a time: for
 * models whose weights in float32 would not fit. tfjs-wasm holds a weight four times: in both orders, and each packed
 * for its products.
 */
import * as tf from '@tensorflow/tfjs-core';
import { dequantise, type LinearWeight } from '../checkpoint/linearWeight.ts';
import { FloatWeight, type Branch, type FrozenWeight } from './linear.ts';

export class HostWeight implements FrozenWeight {
  readonly out: number;
  readonly in: number;
  readonly #weight: LinearWeight;

  constructor(weight: LinearWeight) {
    this.out = weight.outFeatures;
    this.in = weight.inFeatures;
    this.#weight = weight;
  }

  forward(x: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    return this.#withFloats((weight) => weight.forward(x, branch), 'columns');
  }

  backward(dy: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    return this.#withFloats((weight) => weight.backward(dy, branch), 'rows');
  }

  dispose(): void {}

  #withFloats(product: (weight: FloatWeight) => tf.Tensor2D, order: 'rows' | 'columns'): tf.Tensor2D {
    const weight = new FloatWeight(dequantise(this.#weight), this.out, this.in, order);
    try {
      return product(weight);
    } finally {
      weight.dispose();
    }
  }
}

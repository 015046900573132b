/** A frozen weight that stays in its 4-bit blocks in GPU memory: 5 bits a value with its scales, against 32. */
import * as tf from '@tensorflow/tfjs-core';
import type { BlockWeight, LinearWeight } from '../checkpoint/linearWeight.ts';
import { fourBitProduct, TILE, type AddedProduct, type FourBitTensors } from './fourBitProduct.ts';
import type { Branch, FrozenWeight } from './linear.ts';

/** Whether the kernel can take it, on a backend that has the kernel. */
export function fitsFourBit(weight: LinearWeight): weight is BlockWeight {
  return (
    weight.kind === 'blocks' &&
    weight.bits === 4 &&
    weight.blockSize % TILE === 0 &&
    weight.inFeatures % 4 === 0 &&
    weight.outFeatures % 4 === 0
  );
}

export class FourBitWeight implements FrozenWeight {
  readonly out: number;
  readonly in: number;
  readonly #blockSize: number;
  readonly #tensors: FourBitTensors;

  /** @param weight for which fitsFourBit holds. */
  constructor(weight: BlockWeight) {
    const { outFeatures, inFeatures, blockSize, packed, scales, zeroPoints } = weight;
    this.out = outFeatures;
    this.in = inFeatures;
    this.#blockSize = blockSize;
    const blocks = Math.ceil(inFeatures / blockSize);
    this.#tensors = {
      packed: words(packed, outFeatures),
      scales: tf.tensor2d(scales, [outFeatures, blocks]),
      ...(zeroPoints && { zeros: words(zeroPoints, outFeatures) }),
    };
  }

  forward(x: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    const added = branch && { low: branch.low, factor: branch.lora.B };
    return this.#product('forward', this.out, x, added);
  }

  backward(dy: tf.Tensor2D, branch?: Branch): tf.Tensor2D {
    const added = branch && { low: branch.low, factor: branch.lora.A };
    return this.#product('backward', this.in, dy, added);
  }

  dispose(): void {
    tf.dispose(this.#tensors);
  }

  #product(
    direction: 'forward' | 'backward',
    columns: number,
    x: tf.Tensor2D,
    added: AddedProduct | undefined,
  ): tf.Tensor2D {
    const attributes = { direction, columns, blockSize: this.#blockSize };
    if (!added || added.low.shape[1] % 4 === 0) return fourBitProduct(x, this.#tensors, attributes, added);
    const branch = tf.matMul(added.low, added.factor, false, direction === 'forward');
    return tf.add(fourBitProduct(x, this.#tensors, attributes), branch);
  }
}

/** Rows of bytes as rows of whole 32-bit words, the first byte lowest. */
function words(bytes: Uint8Array, rows: number): tf.Tensor2D {
  const stride = bytes.length / rows;
  const padded = Math.ceil(stride / 4) * 4;
  const out = new Uint8Array(rows * padded);
  for (let row = 0; row < rows; row++)
    out.set(bytes.subarray(row * stride, (row + 1) * stride), row * padded);
  return tf.tensor2d(new Int32Array(out.buffer), [rows, padded / 4], 'int32');
}

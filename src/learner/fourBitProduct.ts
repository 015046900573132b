/**
 * A product with a weight that stays in its 4-bit blocks, as a kernel of tfjs-webgpu: each workgroup unpacks a tile of
 * 32 by 32 weights into its own memory and multiplies 64 rows with it. A LoRA branch's second product is added in the
 * same pass.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

const KERNEL = 'FourBitProduct';
/** Inputs unpacked at a time: 16 bytes. */
export const TILE = 32;
const ROWS = 64;
/** Threads a workgroup, 8 by 8; each makes 8 rows of 4 outputs. */
const SIDE = 8;

/** A weight [outputs, inputs] on the device, w = scale · (q - zero point). */
export type FourBitTensors = {
  /** [outputs, words of 8 values], whole tiles of 32. */
  packed: tf.Tensor2D;
  /** [outputs, blocks]. */
  scales: tf.Tensor2D;
  /** [outputs, words of 8 zero points]; absent: 8 everywhere. */
  zeros?: tf.Tensor2D;
};

/** A product low·factorᵀ (forward) or low·factor (backward) that is added, widths in multiples of 4. */
export type AddedProduct = {
  /** [n, r]. */
  low: tf.Tensor2D;
  /** [outputs, r] forward, [r, inputs] backward. */
  factor: tf.Tensor2D;
};

type ProductAttributes = {
  /** Forward: [n, inputs] to [n, outputs] by Wᵀ; backward: [n, outputs] to [n, inputs] by W. */
  direction: 'forward' | 'backward';
  /** Columns of the result, a multiple of 4. */
  columns: number;
  /** Inputs a scale, a multiple of 32. */
  blockSize: number;
};

/** On the backend 'webgpu', where registerFourBitProduct has been called. */
export function fourBitProduct(
  x: tf.Tensor2D,
  weight: FourBitTensors,
  attributes: ProductAttributes,
  added?: AddedProduct,
): tf.Tensor2D {
  return tf.engine().runKernel(KERNEL, { x, ...weight, ...added }, attributes);
}

export function registerFourBitProduct(): void {
  if (tf.getKernel(KERNEL, 'webgpu')) return;
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const names = NAMES.filter((name) => name in inputs);
      const tensors = names.map((name) => inputs[name]!);
      const program = new FourBitProgram(names, tensors[0].shape[0], attrs as unknown as ProductAttributes);
      return (backend as unknown as WebGPUBackend).runWebGPUProgram(program, tensors, 'float32');
    },
  });
}

/** In the order of the bindings, with the width of an element. */
const COMPONENTS = { x: 4, packed: 4, scales: 1, zeros: 1, low: 4, factor: 4 } as const;
const NAMES = Object.keys(COMPONENTS) as (keyof typeof COMPONENTS)[];

class FourBitProgram {
  readonly outputShape: number[];
  readonly outputComponent = 4;
  readonly variableNames: string[];
  readonly variableComponents: number[];
  readonly workgroupSize: [number, number, number] = [SIDE, SIDE, 1];
  readonly dispatchLayout = { x: [1], y: [0] };
  readonly dispatch: [number, number, number];
  readonly shaderKey: string;
  readonly #attributes: ProductAttributes;

  constructor(names: (keyof typeof COMPONENTS)[], rows: number, attributes: ProductAttributes) {
    const { direction, columns, blockSize } = attributes;
    this.#attributes = attributes;
    this.outputShape = [rows, columns];
    this.variableNames = names;
    this.variableComponents = names.map((name) => COMPONENTS[name]);
    this.dispatch = [Math.ceil(columns / TILE), Math.ceil(rows / ROWS), 1];
    this.shaderKey = `${KERNEL}_${direction}_${blockSize}_${names.join('_')}`;
  }

  getUserCode(): string {
    const { direction, blockSize } = this.#attributes;
    const forward = direction === 'forward';
    const added = this.variableNames.includes('low');
    // Rows of a weight tile are outputs, its columns inputs: one of the two is what is summed over.
    const [tileRow, tileColumn] = forward ? ['column', 'k'] : ['k', 'column'];
    return `
      var<workgroup> tileX : array<array<vec4<f32>, ${TILE / 4}>, ${ROWS}>;
      var<workgroup> tileW : array<array<vec4<f32>, ${TILE / 4}>, ${TILE}>;

      fn unpacked(bits : u32, scale : f32, zero : f32) -> vec4<f32> {
        return scale * (vec4<f32>((vec4<u32>(bits) >> vec4<u32>(0u, 4u, 8u, 12u)) & vec4<u32>(15u)) - zero);
      }

      fn loadWeight(firstOutput : i32, block : i32) {
        let line = i32(localIndex) / 2;
        let half = i32(localIndex) % 2;
        let output = firstOutput + line;
        let blocks = uniforms.packedShape[1] / 4;
        var words = vec2<u32>(0u);
        var scale = 0.0;
        var zero = 8.0;
        if (output < uniforms.packedShape[0] && block < blocks) {
          let quad = bitcast<vec4<u32>>(packed[output * blocks + block]);
          words = select(quad.xy, quad.zw, half == 1);
          let group = block / ${blockSize / TILE};
          scale = scales[output * uniforms.scalesShape[1] + group];
          ${this.variableNames.includes('zeros') ? ZERO_POINT : ''}
        }
        for (var i = 0; i < 2; i++) {
          tileW[line][half * 4 + i * 2] = unpacked(words[i], scale, zero);
          tileW[line][half * 4 + i * 2 + 1] = unpacked(words[i] >> 16u, scale, zero);
        }
      }

      ${loadRows('x')}
      ${added ? loadRows('low') + LOAD_FACTOR : ''}

      fn main() {
        let firstRow = i32(workgroupId.y) * ${ROWS};
        let column = i32(workgroupId.x) * ${TILE};
        let row = i32(localId.y) * ${ROWS / SIDE};
        let own = i32(localId.x);
        var sums : array<vec4<f32>, ${ROWS / SIDE}>;
        for (var k = 0; k < uniforms.xShape[1]; k += ${TILE}) {
          load_x(firstRow, k);
          loadWeight(${tileRow}, ${tileColumn} / ${TILE});
          workgroupBarrier();
          ${forward ? SUM_FORWARD : SUM_BACKWARD}
          workgroupBarrier();
        }
        ${
          added
            ? `for (var k = 0; k < uniforms.lowShape[1]; k += ${TILE}) {
          load_low(firstRow, k);
          loadFactor(${tileRow}, ${tileColumn});
          workgroupBarrier();
          ${forward ? SUM_FORWARD : SUM_BACKWARD}
          workgroupBarrier();
        }`
            : ''
        }
        let width = uniforms.outShape[1] / 4;
        let at = column / 4 + own;
        if (at < width) {
          for (var i = 0; i < ${ROWS / SIDE}; i++) {
            if (firstRow + row + i < uniforms.outShape[0]) {
              result[(firstRow + row + i) * width + at] = sums[i];
            }
          }
        }
      }`;
  }
}

const ZERO_POINT = `
          let word = zeros[output * uniforms.zerosShape[1] + group / 8];
          zero = f32((bitcast<u32>(word) >> u32(4 * (group % 8))) & 15u);`;

/** Into tileX, zero beyond the tensor. */
function loadRows(name: 'x' | 'low'): string {
  return `
      fn load_${name}(firstRow : i32, k : i32) {
        let width = uniforms.${name}Shape[1] / 4;
        let at = i32(localIndex) % 8;
        for (var line = i32(localIndex) / 8; line < ${ROWS}; line += 8) {
          var value = vec4<f32>(0.0);
          if (firstRow + line < uniforms.${name}Shape[0] && k / 4 + at < width) {
            value = ${name}[(firstRow + line) * width + k / 4 + at];
          }
          tileX[line][at] = value;
        }
      }`;
}

const LOAD_FACTOR = `
      fn loadFactor(firstRow : i32, firstColumn : i32) {
        let width = uniforms.factorShape[1] / 4;
        let at = i32(localIndex) % 8;
        for (var line = i32(localIndex) / 8; line < ${TILE}; line += 8) {
          var value = vec4<f32>(0.0);
          if (firstRow + line < uniforms.factorShape[0] && firstColumn / 4 + at < width) {
            value = factor[(firstRow + line) * width + firstColumn / 4 + at];
          }
          tileW[line][at] = value;
        }
      }`;

const SUM_FORWARD = `
          for (var i = 0; i < ${TILE / 4}; i++) {
            let w0 = tileW[own * 4][i];
            let w1 = tileW[own * 4 + 1][i];
            let w2 = tileW[own * 4 + 2][i];
            let w3 = tileW[own * 4 + 3][i];
            for (var j = 0; j < ${ROWS / SIDE}; j++) {
              let a = tileX[row + j][i];
              sums[j] += vec4<f32>(dot(a, w0), dot(a, w1), dot(a, w2), dot(a, w3));
            }
          }`;

const SUM_BACKWARD = `
          for (var i = 0; i < ${TILE / 4}; i++) {
            let w0 = tileW[i * 4][own];
            let w1 = tileW[i * 4 + 1][own];
            let w2 = tileW[i * 4 + 2][own];
            let w3 = tileW[i * 4 + 3][own];
            for (var j = 0; j < ${ROWS / SIDE}; j++) {
              let a = tileX[row + j][i];
              sums[j] += a.x * w0 + a.y * w1 + a.z * w2 + a.w * w3;
            }
          }`;

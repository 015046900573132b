/** A linear layer's weight: plain, or in blocks of few bits as com.microsoft.MatMulNBits stores it. */
import {
  bytesOf,
  constantMatrix,
  floatsOf,
  intAttribute,
  transposed,
  type NodeProto,
  type OnnxModel,
} from './onnxFile.ts';

export interface BlockWeight {
  kind: 'blocks';
  outFeatures: number;
  inFeatures: number;
  bits: 4 | 8;
  /** Inputs a block. A row's last block may be padded. */
  blockSize: number;
  /** [out, blocks, blockSize * bits / 8]; in 4 bits the earlier input is the low nibble. */
  packed: Uint8Array;
  /** [out, blocks]. w = scale * (q - zeroPoint). */
  scales: Float32Array;
  /** [out, ceil(blocks * bits / 8)], packed like the weights; null: 8 for 4 bits, 128 for 8. */
  zeroPoints: Uint8Array | null;
}

export interface DenseWeight {
  kind: 'dense';
  outFeatures: number;
  inFeatures: number;
  /** Row-major [out, in]. */
  data: Float32Array;
}

export type LinearWeight = BlockWeight | DenseWeight;

/** Row-major [out, in], the very numbers that the graph multiplies with. */
export function dequantise(weight: LinearWeight): Float32Array {
  if (weight.kind === 'dense') return weight.data;
  const { outFeatures, inFeatures, bits, blockSize, packed, scales, zeroPoints } = weight;
  const blocks = Math.ceil(inFeatures / blockSize);
  const zeroBytes = Math.ceil((blocks * bits) / 8);
  const out = new Float32Array(outFeatures * inFeatures);
  for (let row = 0; row < outFeatures; row++) {
    for (let block = 0; block < blocks; block++) {
      const scale = scales[row * blocks + block];
      const zero = zeroPoints ? unpack(zeroPoints, row * zeroBytes, block, bits) : 2 ** (bits - 1);
      const start = ((row * blocks + block) * blockSize * bits) / 8;
      const end = Math.min(blockSize, inFeatures - block * blockSize);
      const target = row * inFeatures + block * blockSize;
      for (let i = 0; i < end; i++) out[target + i] = scale * (unpack(packed, start, i, bits) - zero);
    }
  }
  return out;
}

/** One output's weights, [in]. */
export function dequantiseRow(weight: LinearWeight, row: number): Float32Array {
  const of = <T extends Uint8Array | Float32Array>(rows: T): T => {
    const width = rows.length / weight.outFeatures;
    return rows.subarray(row * width, (row + 1) * width) as T;
  };
  if (weight.kind === 'dense') return of(weight.data);
  const { packed, scales, zeroPoints } = weight;
  return dequantise({
    ...weight,
    outFeatures: 1,
    packed: of(packed),
    scales: of(scales),
    zeroPoints: zeroPoints && of(zeroPoints),
  });
}

function unpack(bytes: Uint8Array, start: number, index: number, bits: 4 | 8): number {
  if (bits === 8) return bytes[start + index];
  const byte = bytes[start + (index >> 1)];
  return index & 1 ? byte >> 4 : byte & 15;
}

/**
 * @param node a MatMulNBits, or a MatMul or Gemm by a constant. @throws on any other.
 * @param part some of its output features.
 */
export function linearWeightOf(
  model: OnnxModel,
  node: NodeProto,
  part?: { start: number; outFeatures: number },
): LinearWeight {
  if (node.opType === 'MatMulNBits') return rowsOf(blockWeightOf(model, node), part);
  const plain = node.opType === 'MatMul' || node.opType === 'Gemm';
  const matrix = plain ? constantMatrix(model, node.input[1]) : null;
  if (!matrix)
    throw new Error(`ONNX node ${node.name} (${node.opType}) does not multiply by a constant weight`);
  const { rows, columns, data } = matrix;
  if (node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1)
    return rowsOf({ kind: 'dense', inFeatures: columns, outFeatures: rows, data }, part);
  const weight = transposed(data, rows, columns);
  return rowsOf({ kind: 'dense', inFeatures: rows, outFeatures: columns, data: weight }, part);
}

/** A weight's rows are its output features. */
function rowsOf(weight: LinearWeight, part?: { start: number; outFeatures: number }): LinearWeight {
  if (!part || part.outFeatures === weight.outFeatures) return weight;
  const { start, outFeatures } = part;
  const cut = <T extends Uint8Array | Float32Array>(array: T) => {
    const perRow = array.length / weight.outFeatures;
    return array.subarray(start * perRow, (start + outFeatures) * perRow) as T;
  };
  if (weight.kind === 'dense') return { ...weight, outFeatures, data: cut(weight.data) };
  const { packed, scales, zeroPoints } = weight;
  return {
    ...weight,
    outFeatures,
    packed: cut(packed),
    scales: cut(scales),
    zeroPoints: zeroPoints && cut(zeroPoints),
  };
}

function blockWeightOf(model: OnnxModel, node: NodeProto): BlockWeight {
  const [, packed, scales, zeros] = node.input.map((name) => model.initializers.get(name));
  const bits = intAttribute(node, 'bits', 4);
  if (bits !== 4 && bits !== 8)
    throw new Error(`ONNX node ${node.name} has ${bits}-bit weights, expected 4 or 8`);
  if (!packed || !scales || (node.input[3] && !zeros) || node.input[4])
    throw new Error(`ONNX node ${node.name} has weights that are computed or reordered`);
  const weight: BlockWeight = {
    kind: 'blocks',
    outFeatures: intAttribute(node, 'N'),
    inFeatures: intAttribute(node, 'K'),
    bits,
    blockSize: intAttribute(node, 'block_size'),
    packed: bytesOf(packed),
    scales: floatsOf(scales),
    zeroPoints: zeros ? bytesOf(zeros) : null,
  };
  const blocks = weight.outFeatures * Math.ceil(weight.inFeatures / weight.blockSize);
  if (weight.scales.length !== blocks || weight.packed.length !== (blocks * weight.blockSize * bits) / 8)
    throw new Error(`ONNX node ${node.name} has ${weight.scales.length} scales for ${blocks} blocks`);
  return weight;
}

/** ONNX files: read, write, and the few questions this room asks of a graph. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './gen/onnxSubset_pb.ts';

export type { GraphProto, ModelProto, NodeProto, TensorProto };

/** ONNX's TensorProto.DataType. */
export const FLOAT = 1;
const UINT8 = 2;
export const FLOAT16 = 10;
export const INT64 = 7;
/** ONNX's AttributeProto.AttributeType. */
const INT_ATTRIBUTE = 2;

export const EXTERNAL = 1;

/** A parsed file whose graph is there. Tensor bytes are views of the file's. */
export interface OnnxModel {
  proto: ModelProto;
  graph: GraphProto;
  initializers: Map<string, TensorProto>;
  /** The node that makes a value, by the value's name. */
  producers: Map<string, NodeProto>;
}

/** @throws when the bytes are no ONNX model, or one whose tensors lie in another file. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new Error(`not an ONNX model (${bytes.length} bytes): ${String(error)}`);
  }
  const graph = proto.graph;
  if (!graph || graph.node.length === 0)
    throw new Error(`not an ONNX model (${bytes.length} bytes): it has no graph`);
  const external = graph.initializer.find((tensor) => tensor.dataLocation === EXTERNAL);
  if (external)
    throw new Error(`ONNX tensor ${external.name} lies in another file: read the model by readWholeModel`);
  return {
    proto,
    graph,
    initializers: new Map(graph.initializer.map((tensor) => [tensor.name, tensor])),
    producers: new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const))),
  };
}

/** Parts that this room does not know are written as they were read. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, model.proto);
}

export function intAttribute(node: NodeProto, name: string, fallback?: number): number {
  const attribute = node.attribute.find((a) => a.name === name);
  if (attribute) return Number(attribute.i);
  if (fallback === undefined) throw new Error(`ONNX node ${node.name} has no attribute ${name}`);
  return fallback;
}

export function shapeOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number);
}

/** The values of a 32- or 16-bit float tensor, as a copy. */
export function floatsOf(tensor: TensorProto): Float32Array {
  if (tensor.dataType === FLOAT) {
    if (tensor.floatData.length > 0) return Float32Array.from(tensor.floatData);
    return new Float32Array(tensor.rawData.slice().buffer);
  }
  if (tensor.dataType === FLOAT16) return float16sToFloat32s(new Uint16Array(tensor.rawData.slice().buffer));
  throw new Error(`ONNX tensor ${tensor.name} has data type ${tensor.dataType}, expected float or float16`);
}

/** The bytes of an 8-bit tensor, a view of the file. */
export function bytesOf(tensor: TensorProto): Uint8Array {
  if (tensor.dataType !== UINT8)
    throw new Error(`ONNX tensor ${tensor.name} has data type ${tensor.dataType}, expected uint8`);
  return tensor.rawData;
}

/** Of every 16-bit float by its bits; made when first needed. */
let floatOfHalf: Float32Array | null = null;

export function float16sToFloat32s(halves: Uint16Array): Float32Array {
  const table = (floatOfHalf ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => floatOf(half)));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]];
  return floats;
}

function floatOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * A constant matrix that the graph may cast and transpose before use.
 * @returns null when the value is computed from the graph's inputs.
 */
export function constantMatrix(
  model: OnnxModel,
  name: string,
): { rows: number; columns: number; data: Float32Array } | null {
  const tensor = model.initializers.get(name);
  if (tensor) {
    const shape = shapeOf(tensor);
    if (shape.length !== 2) return null;
    return { rows: shape[0], columns: shape[1], data: floatsOf(tensor) };
  }
  const node = model.producers.get(name);
  if (!node || !['Cast', 'Transpose', 'Identity'].includes(node.opType)) return null;
  const inner = constantMatrix(model, node.input[0]);
  if (!inner || node.opType !== 'Transpose') return inner;
  return {
    rows: inner.columns,
    columns: inner.rows,
    data: transposed(inner.data, inner.rows, inner.columns),
  };
}

/** @param data row-major [rows, columns]; gives row-major [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return out;
}

export function floatTensor(name: string, dims: number[], data: Float32Array): TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType: FLOAT, rawData });
}

/** @param dims a string names a dimension that is known only at run time. @param elemType a TensorProto.DataType. */
export function graphInput(name: string, dims: (number | string)[], elemType = FLOAT): ValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: BigInt(d) }));
  return create(ValueInfoProtoSchema, { name, type: { tensorType: { elemType, shape: { dim } } } });
}

export function int64Tensor(name: string, values: number[]): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return create(TensorProtoSchema, { name, dims: [BigInt(values.length)], dataType: INT64, rawData });
}

/** @param attributes whole numbers by name. */
export function simpleNode(
  opType: string,
  name: string,
  input: string[],
  output: string | string[],
  attributes: Record<string, number> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([key, value]) =>
    create(AttributeProtoSchema, { name: key, i: BigInt(value), type: INT_ATTRIBUTE }),
  );
  return create(NodeProtoSchema, { opType, name, input, output: [output].flat(), attribute });
}

/** Of the operators that ONNX itself defines. */
export function opsetOf(model: OnnxModel): number {
  const own = model.proto.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return Number(own?.version ?? 0);
}

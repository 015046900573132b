/**
 * The decoder's linear layers in an ONNX graph, found by the names that exporters leave on nodes and weights: Optimum
 * ("/model/layers.0/self_attn/q_proj/MatMul"), onnxruntime-genai's builder ("/model/layers.0/attn/qkv_proj/MatMul_Q4",
 * query, key and value packed into one or not), torch's exporter (only the weights are named). No weight is decoded.
 */
import { linearModules, type CheckpointConfig } from './config.ts';
import {
  FLOAT16,
  intAttribute,
  shapeOf,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from './onnxFile.ts';

export interface LinearLayer {
  /** MatMul, Gemm or MatMulNBits. */
  node: NodeProto;
  inFeatures: number;
  outFeatures: number;
  /** Where this layer's features begin among the node's. */
  start: number;
  /** The node's features: more than outFeatures where layers are packed. */
  width: number;
  /** Whether the graph computes it in 16 bits. */
  halves: boolean;
}

/** What a packed node holds, in order. */
const PACKED: Record<string, string[]> = {
  qkv_proj: ['q_proj', 'k_proj', 'v_proj'],
  gate_up_proj: ['gate_proj', 'up_proj'],
};
const NAME =
  /(?:^|[./_])layers?[./_](\d+)[./](?:(self_attn|attn|attention)|(mlp|feed_forward))[./]((?:[qkvo]|qkv|gate|up|down|gate_up)_proj)(?=[./]|$)/;
const ELSEWHERE = /vision|visual|lora/i;
/** Linear layers of a kind that cannot carry a branch or be read. */
const UNSUPPORTED: Record<string, string> = {
  MatMulInteger: 'is in 8-bit integers (MatMulInteger)',
  DynamicQuantizeMatMul: 'is in 8-bit integers (DynamicQuantizeMatMul)',
  QLinearMatMul: 'is in 8-bit integers (QLinearMatMul)',
  MatMulBnb4: 'is in the blocks of bitsandbytes (MatMulBnb4)',
  QMoE: 'is a mixture of experts',
};

const SCALED = 'is a Gemm that scales or transposes what it multiplies (alpha, transA)';

/**
 * All seven kinds of every layer, by module path ("layers.0.self_attn.q_proj").
 * @throws Error naming the layers that were not found, are there twice, or are of another shape than config.json says.
 */
export function findLinearLayers(model: OnnxModel, config: CheckpointConfig): Map<string, LinearLayer> {
  const found = new Map<string, LinearLayer>();
  const unsupported = new Map<string, string>();
  const expected = new Map(linearModules(config, 'all').map((module) => [module.path, module]));
  for (const node of model.graph.node) {
    const place = placeOf(model, node);
    if (!place) continue;
    const paths = (PACKED[place.name] ?? [place.name]).map(
      (name) => `layers.${place.layer}.${place.part}.${name}`,
    );
    const why = UNSUPPORTED[node.opType] ?? (isScaled(node) ? SCALED : null);
    if (why) {
      paths.forEach((path) => unsupported.set(path, why));
      continue;
    }
    const shape = linearShape(model, node);
    if (!shape) continue;
    const modules = paths.map((path) => expected.get(path));
    if (!modules.every((module) => module !== undefined)) continue;
    const width = modules.reduce((sum, module) => sum + module.out, 0);
    if (shape.out !== width || shape.in !== modules[0].in)
      throw new Error(
        `ONNX node ${node.name} is ${shape.in} x ${shape.out}, config.json says ${modules[0].in} x ${width} for ${paths.join(', ')}`,
      );
    let start = 0;
    for (const { path, in: inFeatures, out: outFeatures } of modules) {
      const other = found.get(path)?.node;
      if (other) throw new Error(`two ONNX nodes are ${path}: ${other.name} and ${node.name}`);
      found.set(path, { node, inFeatures, outFeatures, start, width, halves: shape.halves });
      start += outFeatures;
    }
  }
  const missing = [...expected.keys()].filter((path) => !found.has(path));
  if (missing.length > 0) throw new Error(notFound(missing, unsupported, expected.size));
  return found;
}

function isScaled({ opType, attribute }: NodeProto): boolean {
  const says = (name: string) => attribute.find((a) => a.name === name);
  return opType === 'Gemm' && ((says('alpha')?.f ?? 1) !== 1 || Number(says('transA')?.i ?? 0) !== 0);
}

function notFound(missing: string[], unsupported: Map<string, string>, all: number): string {
  const [first] = missing;
  const why = unsupported.get(first);
  const others = missing.length > 1 ? ` and ${missing.length - 1} others of ${all}` : '';
  if (why)
    return `the decoder's ${first}${others} ${why}: an adapter cannot be put there; choose q4, q4f16, fp16 or fp32`;
  const kinds = [...new Set(missing.map((path) => path.slice(path.lastIndexOf('.') + 1)))];
  return `the decoder has no linear layer ${first}${others} (${kinds.join(', ')}): its node names are of no exporter known here`;
}

function placeOf(model: OnnxModel, node: NodeProto): { layer: string; part: string; name: string } | null {
  if (!/MatMul|Gemm|QMoE/.test(node.opType)) return null;
  const weight = node.opType === 'MatMul' || node.opType === 'Gemm' || node.opType === 'MatMulNBits';
  const names = [node.name, ...(weight ? [constantName(model, node.input[1])] : [])];
  for (const name of names) {
    const match = ELSEWHERE.test(name) ? null : NAME.exec(name);
    if (match) return { layer: match[1], part: match[2] ? 'self_attn' : 'mlp', name: match[4] };
  }
  return null;
}

/** The initializer behind casts and transposes. */
function constantName(model: OnnxModel, value: string): string {
  const seen = new Set<string>();
  for (let name = value; ;) {
    if (model.initializers.has(name)) return name;
    const node = seen.has(name) ? undefined : model.producers.get(name);
    seen.add(name);
    if (!node || !['Cast', 'Transpose', 'DequantizeLinear', 'Identity'].includes(node.opType)) return '';
    name = node.input[0];
  }
}

function linearShape(model: OnnxModel, node: NodeProto): { in: number; out: number; halves: boolean } | null {
  if (node.opType === 'MatMulNBits') {
    const scales = model.initializers.get(node.input[2]);
    return {
      in: intAttribute(node, 'K'),
      out: intAttribute(node, 'N'),
      halves: scales?.dataType === FLOAT16,
    };
  }
  if (node.opType !== 'MatMul' && node.opType !== 'Gemm') return null;
  const weight = constantShape(model, node.input[1]);
  if (!weight) return null;
  const turned = node.opType === 'Gemm' && intAttribute(node, 'transB', 0) === 1;
  const [inputs, out] = turned ? [weight.columns, weight.rows] : [weight.rows, weight.columns];
  return { in: inputs, out, halves: weight.dataType === FLOAT16 };
}

/** Of a matrix that constantMatrix (onnxFile.ts) would decode. */
function constantShape(
  model: OnnxModel,
  name: string,
): { rows: number; columns: number; dataType: number } | null {
  const tensor: TensorProto | undefined = model.initializers.get(name);
  if (tensor) {
    const [rows, columns, more] = shapeOf(tensor);
    return columns === undefined || more !== undefined ? null : { rows, columns, dataType: tensor.dataType };
  }
  const node = model.producers.get(name);
  if (!node || !['Cast', 'Transpose', 'Identity'].includes(node.opType)) return null;
  const inner = constantShape(model, node.input[0]);
  if (!inner) return null;
  if (node.opType === 'Cast') return { ...inner, dataType: intAttribute(node, 'to') };
  if (node.opType === 'Identity') return inner;
  return { rows: inner.columns, columns: inner.rows, dataType: inner.dataType };
}

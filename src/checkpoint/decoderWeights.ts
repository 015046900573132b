/** What the learner needs of the policy's own files: the decoder's weights and the embedding table. */
import type { CheckpointConfig } from './config.ts';
import { findLinearLayers } from './linearLayers.ts';
import { linearWeightOf, type LinearWeight } from './linearWeight.ts';
import {
  constantMatrix,
  floatsOf,
  readOnnx,
  type NodeProto,
  type OnnxModel,
  type TensorProto,
} from './onnxFile.ts';

export interface DecoderWeights {
  /** @param path e.g. "layers.0.self_attn.q_proj", "layers.3.mlp.down_proj". */
  linear(path: string): LinearWeight;
  /** [hidden]. @param path "layers.0.input_layernorm", "layers.0.post_attention_layernorm" or "norm". */
  norm(path: string): Float32Array;
  /** [vocab, hidden]. */
  readonly lmHead: LinearWeight;
}

/** @param bytes decoder_model_merged. @throws when the graph is not one of a Llama decoder with named nodes. */
export function readDecoderWeights(bytes: Uint8Array, config: CheckpointConfig): DecoderWeights {
  const model = readOnnx(bytes);
  const linear = findLinearLayers(model, config);
  const norms = normWeights(model);
  const lmHead = linearWeightOf(model, headNode(model));
  if (lmHead.outFeatures !== config.vocab_size || lmHead.inFeatures !== config.hidden_size)
    throw new Error(
      `the output layer is ${lmHead.outFeatures} x ${lmHead.inFeatures}, config.json says ${config.vocab_size} x ${config.hidden_size}`,
    );
  return {
    linear: (path) => {
      const layer = find(linear, path, 'linear layer');
      return linearWeightOf(model, layer.node, layer);
    },
    norm: (path) => floatsOf(find(norms, path, 'norm')),
    lmHead,
  };
}

/** The table of embed_tokens, row-major [vocab, hidden]. */
export function readEmbeddings(bytes: Uint8Array): Float32Array {
  const model = readOnnx(bytes);
  const gather = model.graph.node.find((node) => node.opType === 'Gather');
  const table = gather && constantMatrix(model, gather.input[0]);
  if (!table) throw new Error('embed_tokens has no Gather from a constant table');
  return table.data;
}

/** The norms' weights by module path: named after the module, or inputs of a node that is. */
function normWeights(model: OnnxModel): Map<string, TensorProto> {
  const found = new Map<string, TensorProto>();
  for (const node of model.graph.node) {
    if (!NORM_NODES.includes(node.opType)) continue;
    for (const input of node.input) {
      const tensor = model.initializers.get(input);
      if (!tensor || tensor.dims.length !== 1) continue;
      const path = normPath(tensor.name) ?? normPath(node.name);
      if (path) found.set(path, tensor);
    }
  }
  return found;
}

/** As one node, or as Optimum takes it apart: its last step multiplies by the weight. */
const NORM_NODES = [
  'SimplifiedLayerNormalization',
  'SkipSimplifiedLayerNormalization',
  'RMSNormalization',
  'Mul',
];

function normPath(name: string): string | null {
  const layer = /layers?[./](\d+)[./]((?:input|post_attention)_layernorm)[./]/.exec(name);
  if (layer) return `layers.${layer[1]}.${layer[2]}`;
  return /final_norm|(?:^|[./])(?:model|text_model)[./]norm[./]/.test(name) ? 'norm' : null;
}

function headNode(model: OnnxModel): NodeProto {
  const seen = new Set<NodeProto>();
  let node = model.producers.get('logits');
  while (node && !seen.has(node) && !['MatMul', 'MatMulNBits', 'Gemm'].includes(node.opType)) {
    seen.add(node);
    node = model.producers.get(node.input[0]);
  }
  if (node && seen.has(node)) throw new Error('the decoder is damaged: what makes "logits" goes in a circle');
  if (!node) throw new Error('the decoder has no output layer that makes "logits"');
  return node;
}

function find<T>(nodes: Map<string, T>, path: string, what: string): T {
  const node = nodes.get(path);
  if (!node)
    throw new Error(
      `the decoder has no ${what} ${path}; it has ${[...nodes.keys()].slice(0, 3).join(', ')}..`,
    );
  return node;
}

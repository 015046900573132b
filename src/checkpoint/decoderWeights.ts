/** What the learner needs of the policy's own files: the decoder's weights and the embedding table. */
import type { CheckpointConfig } from './config.ts';
import { linearWeightOf, type LinearWeight } from './linearWeight.ts';
import { constantMatrix, floatsOf, readOnnx, type NodeProto, type OnnxModel } from './onnxFile.ts';

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
  const linear = linearNodes(model);
  const norms = normNodes(model);
  const lmHead = linearWeightOf(model, headNode(model));
  if (lmHead.outFeatures !== config.vocab_size || lmHead.inFeatures !== config.hidden_size)
    throw new Error(
      `the output layer is ${lmHead.outFeatures} x ${lmHead.inFeatures}, config.json says ${config.vocab_size} x ${config.hidden_size}`,
    );
  return {
    linear: (path) => linearWeightOf(model, find(linear, path, 'linear layer')),
    norm: (path) => normWeight(model, find(norms, path, 'norm')),
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

/** The decoder's linear layers by module path, under the node names of onnxruntime-genai's builder and optimum. */
export function linearNodes(model: OnnxModel): Map<string, NodeProto> {
  const found = new Map<string, NodeProto>();
  for (const node of model.graph.node) {
    if (node.opType !== 'MatMulNBits' && node.opType !== 'MatMul') continue;
    const attention = /layers\.(\d+)\/(?:self_)?attn\/([qkvo]_proj)\/MatMul/.exec(node.name);
    const mlp = /layers\.(\d+)\/mlp\/((?:gate|up|down)_proj)\/MatMul/.exec(node.name);
    if (attention) found.set(`layers.${attention[1]}.self_attn.${attention[2]}`, node);
    else if (mlp) found.set(`layers.${mlp[1]}.mlp.${mlp[2]}`, node);
  }
  return found;
}

function normNodes(model: OnnxModel): Map<string, NodeProto> {
  const found = new Map<string, NodeProto>();
  for (const node of model.graph.node) {
    if (!node.opType.endsWith('SimplifiedLayerNormalization')) continue;
    const layer = /layers\.(\d+)\/((?:input|post_attention)_layernorm)\//.exec(node.name);
    if (layer) found.set(`layers.${layer[1]}.${layer[2]}`, node);
    else if (/final_norm|model\/norm\//.test(node.name)) found.set('norm', node);
  }
  return found;
}

function normWeight(model: OnnxModel, node: NodeProto): Float32Array {
  const name = node.input[node.opType === 'SkipSimplifiedLayerNormalization' ? 2 : 1];
  const tensor = model.initializers.get(name);
  if (!tensor) throw new Error(`ONNX node ${node.name} has no constant weight`);
  return floatsOf(tensor);
}

function headNode(model: OnnxModel): NodeProto {
  let node = model.producers.get('logits');
  while (node && node.opType !== 'MatMul' && node.opType !== 'MatMulNBits')
    node = model.producers.get(node.input[0]);
  if (!node) throw new Error('the decoder has no output layer that makes "logits"');
  return node;
}

function find(nodes: Map<string, NodeProto>, path: string, what: string): NodeProto {
  const node = nodes.get(path);
  if (!node)
    throw new Error(
      `the decoder has no ${what} ${path}; it has ${[...nodes.keys()].slice(0, 3).join(', ')}..`,
    );
  return node;
}

/** The adapter as an input of the graph: swapping it reloads nothing. */
import type { Adapter } from './adapter.ts';
import { linearModules, type CheckpointConfig } from './config.ts';
import { findLinearLayers, type LinearLayer } from './linearLayers.ts';
import {
  FLOAT,
  FLOAT16,
  graphInput,
  int64Tensor,
  opsetOf,
  simpleNode,
  type NodeProto,
  type OnnxModel,
} from './onnxFile.ts';

/** What onnxruntime's Tensor takes: new Tensor('float32', data, dims). */
export interface Feed {
  dims: number[];
  data: Float32Array;
}

/**
 * Gives each of the decoder's chosen linear layers a branch x A B that is added to its output, A and B being graph
 * inputs "lora.<path>.A" [in, r] and "lora.<path>.B" [r, out]. r is free, one for all. Feed every one: adapterFeeds.
 * The branch computes in 32 bits also where the layer does in 16, as PEFT's autocast_adapter_dtype. Of layers that are
 * packed into one node each gets its own branch, added to its own features. In place.
 * @param model decoder_model_merged.
 * @param modules as LoraConfig.target_modules, or all seven.
 */
export function addAdapterInputs(
  model: OnnxModel,
  config: CheckpointConfig,
  modules: string[] | 'all',
): void {
  const layers = findLinearLayers(model, config);
  const byNode = new Map<NodeProto, Branched[]>();
  for (const { path } of linearModules(config, modules)) {
    const layer = layers.get(path)!;
    const [a, b] = [inputName(path, 'A'), inputName(path, 'B')];
    model.graph.input.push(
      graphInput(a, [layer.inFeatures, 'lora_r']),
      graphInput(b, ['lora_r', layer.outFeatures]),
    );
    byNode.set(layer.node, [...(byNode.get(layer.node) ?? []), { ...layer, a, b }]);
  }
  const branches = new Map([...byNode].map(([node, parts]) => [node, branch(model, node, parts)]));
  model.graph.node = model.graph.node.flatMap((node) => [node, ...(branches.get(node) ?? [])]);
}

interface Branched extends LinearLayer {
  /** Names of the graph's inputs. */
  a: string;
  b: string;
}

/** The nodes behind a linear node that take its output's name. @param parts of one node, in order of their features. */
function branch(model: OnnxModel, node: NodeProto, parts: Branched[]): NodeProto[] {
  const output = node.output[0];
  const base = `${output}/base`;
  node.output[0] = base;
  const [{ halves, width, outFeatures }] = parts;
  const added: NodeProto[] = [];
  let x = node.input[0];
  if (halves) {
    x = `${output}/lora_x`;
    added.push(simpleNode('Cast', `${node.name}/lora_x`, [node.input[0]], x, { to: FLOAT }));
  }
  const deltas = parts.map(({ a, b, start }) => {
    const name = (step: string) =>
      `${node.name}/lora_${step}${parts[0].width > outFeatures ? `_${start}` : ''}`;
    const value = (step: string) => `${output}/lora_${step}_${start}`;
    added.push(
      simpleNode('MatMul', name('A'), [x, a], value('A')),
      simpleNode('MatMul', name('B'), [value('A'), b], value('B')),
    );
    if (!halves) return value('B');
    added.push(simpleNode('Cast', name('half'), [value('B')], value('half'), { to: FLOAT16 }));
    return value('half');
  });
  if (width === outFeatures) {
    added.push(simpleNode('Add', `${node.name}/lora`, [base, deltas[0]], output));
    return added;
  }
  return [...added, ...intoSlices(model, node, base, output, parts, deltas)];
}

/** Splits a packed output, adds each branch to its own features, joins them again. */
function intoSlices(
  model: OnnxModel,
  node: NodeProto,
  base: string,
  output: string,
  parts: Branched[],
  deltas: string[],
): NodeProto[] {
  if (opsetOf(model) < 13)
    throw new Error(
      `the decoder packs layers (${node.name}) in opset ${opsetOf(model)}: 13 or later is needed`,
    );
  const cuts = parts.flatMap(({ start, outFeatures }) => [start, start + outFeatures]);
  const edges = [...new Set([0, ...cuts, parts[0].width])].sort((a, b) => a - b);
  const sizes = edges.slice(1).map((edge, i) => edge - edges[i]);
  const split = int64Tensor(`${output}/lora_split`, sizes);
  model.graph.initializer.push(split);
  const pieces = sizes.map((_, i) => `${output}/base_${edges[i]}`);
  const sums = pieces.map((piece, i) => {
    const part = parts.findIndex(({ start }) => start === edges[i]);
    return part < 0 ? piece : { piece, delta: deltas[part], sum: `${piece}/lora` };
  });
  return [
    simpleNode('Split', `${node.name}/lora_split`, [base, split.name], pieces, { axis: -1 }),
    ...sums.flatMap((part) =>
      typeof part === 'string'
        ? []
        : simpleNode('Add', `${node.name}/${part.sum}`, [part.piece, part.delta], part.sum),
    ),
    simpleNode(
      'Concat',
      `${node.name}/lora`,
      sums.map((part) => (typeof part === 'string' ? part : part.sum)),
      output,
      { axis: -1 },
    ),
  ];
}

/**
 * Values for the inputs that addAdapterInputs made with the same modules, lora_alpha / r multiplied into B.
 * @param adapter null: zeros, the base model. Layers it lacks get zeros.
 * @throws when it has layers that the graph has no inputs for, or of another shape.
 */
export function adapterFeeds(
  adapter: Adapter | null,
  config: CheckpointConfig,
  modules: string[] | 'all',
): Record<string, Feed> {
  const r = adapter?.config.r ?? 1;
  const scale = adapter ? adapter.config.lora_alpha / r : 0;
  const layers = linearModules(config, modules);
  const paths = new Set(layers.map(({ path }) => path));
  const stray = Object.keys(adapter?.modules ?? {}).find((path) => !paths.has(path));
  if (stray)
    throw new Error(`the adapter changes ${stray}, but the model was loaded without an input for it`);
  const feeds: Record<string, Feed> = {};
  for (const { path, in: inputs, out } of layers) {
    const pair = adapter?.modules[path];
    if (pair && (pair.A.length !== r * inputs || pair.B.length !== out * r))
      throw new Error(`the adapter's ${path} is ${pair.in} x ${pair.out}, the model's ${inputs} x ${out}`);
    const a = new Float32Array(inputs * r);
    const b = new Float32Array(r * out);
    if (pair) {
      for (let i = 0; i < r; i++) {
        for (let j = 0; j < inputs; j++) a[j * r + i] = pair.A[i * inputs + j];
        for (let k = 0; k < out; k++) b[i * out + k] = pair.B[k * r + i] * scale;
      }
    }
    feeds[inputName(path, 'A')] = { dims: [inputs, r], data: a };
    feeds[inputName(path, 'B')] = { dims: [r, out], data: b };
  }
  return feeds;
}

function inputName(path: string, part: 'A' | 'B'): string {
  return `lora.${path}.${part}`;
}

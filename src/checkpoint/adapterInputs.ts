/** The adapter as an input of the graph: swapping it reloads nothing. */
import { ALL_LINEAR, type Adapter } from './adapter.ts';
import { linearModules, type CheckpointConfig } from './config.ts';
import { linearNodes } from './decoderWeights.ts';
import { linearWeightOf } from './linearWeight.ts';
import { floatInput, readOnnx, simpleNode, writeOnnx, type NodeProto } from './onnxFile.ts';
import { unpackLinearLayers } from './unpack.ts';

/** What onnxruntime's Tensor takes: new Tensor('float32', data, dims). */
export interface Feed {
  dims: number[];
  data: Float32Array;
}

/**
 * Gives each of the decoder's chosen linear layers a branch x A B that is added to its output, A and B being graph
 * inputs "lora.<path>.A" [in, r] and "lora.<path>.B" [r, out]. r is free, one for all. Feed every one: adapterFeeds.
 * @param decoder decoder_model_merged.
 * @param modules as LoraConfig.target_modules, or all seven.
 * @param options.unpack also makes few-bit layers plain (see unpack.ts).
 */
export function addAdapterInputs(
  decoder: Uint8Array,
  modules: string[] | 'all',
  options: { unpack?: boolean } = {},
): Uint8Array {
  const model = readOnnx(decoder);
  const branches = new Map<NodeProto, NodeProto[]>();
  const wanted = modules === 'all' ? ALL_LINEAR : modules;
  const layers = [...linearNodes(model)].filter(([path]) => wanted.includes(moduleName(path)));
  const missing = wanted.find((name) => !layers.some(([path]) => moduleName(path) === name));
  if (missing)
    throw new Error(`the decoder has no linear layers called ${missing}: an adapter cannot be put there`);
  for (const [path, node] of layers) {
    const { inFeatures: inputs, outFeatures: out } = linearWeightOf(model, node);
    const [a, b] = [inputName(path, 'A'), inputName(path, 'B')];
    model.graph.input.push(floatInput(a, [inputs, 'lora_r']), floatInput(b, ['lora_r', out]));
    const output = node.output[0];
    const base = `${output}/base`;
    node.output[0] = base;
    branches.set(node, [
      simpleNode('MatMul', `${node.name}/lora_A`, [node.input[0], a], `${output}/lora_A`),
      simpleNode('MatMul', `${node.name}/lora_B`, [`${output}/lora_A`, b], `${output}/lora_B`),
      simpleNode('Add', `${node.name}/lora`, [base, `${output}/lora_B`], output),
    ]);
  }
  model.graph.node = model.graph.node.flatMap((node) => [node, ...(branches.get(node) ?? [])]);
  if (options.unpack) unpackLinearLayers(model);
  return writeOnnx(model);
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

function moduleName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Few-bit layers made plain: on wasm a 32-bit product is far faster than MatMulNBits. */
import { dequantise, linearWeightOf } from './linearWeight.ts';
import { floatTensor, readOnnx, transposed, writeOnnx, type OnnxModel } from './onnxFile.ts';

/** The same function with every MatMulNBits a MatMul by the dequantised weight: six times the bytes. */
export function unpackModel(bytes: Uint8Array): Uint8Array {
  const model = readOnnx(bytes);
  unpackLinearLayers(model);
  return writeOnnx(model);
}

/** In place. Nodes keep their names and outputs. */
export function unpackLinearLayers(model: OnnxModel): void {
  const dropped = new Set<string>();
  for (const node of model.graph.node) {
    if (node.opType !== 'MatMulNBits') continue;
    const weight = linearWeightOf(model, node);
    const { inFeatures, outFeatures } = weight;
    const name = `${node.name}/weight`;
    const data = transposed(dequantise(weight), outFeatures, inFeatures);
    const tensor = floatTensor(name, [inFeatures, outFeatures], data);
    model.graph.initializer.push(tensor);
    model.initializers.set(name, tensor);
    node.input.slice(1).forEach((input) => dropped.add(input));
    node.opType = 'MatMul';
    node.domain = '';
    node.attribute = [];
    node.input = [node.input[0], name];
  }
  const used = new Set(model.graph.node.flatMap((node) => node.input));
  model.graph.initializer = model.graph.initializer.filter(
    ({ name }) => !dropped.has(name) || used.has(name),
  );
}

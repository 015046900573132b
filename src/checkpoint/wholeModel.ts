/** An ONNX model whose tensors may lie in files beside it ("external data"), brought together in one. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type TensorProto } from './gen/onnxSubset_pb.ts';
import { EXTERNAL } from './onnxFile.ts';
import type { CheckpointSource } from './source.ts';

/** What a protobuf message, and an ArrayBuffer of a browser, can hold. */
const MOST = 2 ** 31 - 1;

/**
 * @param path e.g. "onnx/decoder_model_merged_q4.onnx".
 * @throws Error naming the file that is missing, cut short, or too large to be one model; AbortError.
 */
export async function readWholeModel(
  source: CheckpointSource,
  path: string,
  signal?: AbortSignal,
  onProgress?: (loaded: number, total: number | null) => void,
): Promise<Uint8Array> {
  const bytes = await source.read(path, signal, onProgress);
  const proto = fromBinary(ModelProtoSchema, bytes);
  const tensors = proto.graph?.initializer.filter((tensor) => tensor.dataLocation === EXTERNAL) ?? [];
  if (tensors.length === 0) return bytes;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const files = new Map<string, Uint8Array>();
  let loaded = bytes.length;
  for (const name of new Set(tensors.map((tensor) => locationOf(tensor)))) {
    const file = await source.read(folder + name, signal, (part) => onProgress?.(loaded + part, null));
    loaded += file.length;
    if (loaded > MOST)
      throw new Error(`${path} of ${source.name} is over 2 GB in 16 or 32 bits: choose a smaller precision`);
    files.set(name, file);
  }
  for (const tensor of tensors) inline(tensor, files.get(locationOf(tensor))!, path);
  onProgress?.(loaded, loaded);
  return toBinary(ModelProtoSchema, proto);
}

function entry(tensor: TensorProto, key: string): string | undefined {
  return tensor.externalData.find((pair) => pair.key === key)?.value;
}

function locationOf(tensor: TensorProto): string {
  const name = entry(tensor, 'location') ?? '';
  // The file is hostile until checked: it may only name a neighbour.
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))
    throw new Error(`ONNX tensor ${tensor.name} lies in "${name}", which is no file beside the model`);
  return name;
}

/** The tensor's bytes become a view of the file's. */
function inline(tensor: TensorProto, file: Uint8Array, path: string): void {
  const offset = Number(entry(tensor, 'offset') ?? 0);
  const length = Number(entry(tensor, 'length') ?? file.length - offset);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length))
    throw new Error(
      `ONNX tensor ${tensor.name} of ${path} has bytes ${offset} to ${offset + length} of ${file.length} in ${locationOf(tensor)}`,
    );
  tensor.rawData = file.subarray(offset, offset + length);
  tensor.externalData = [];
  tensor.dataLocation = 0;
}

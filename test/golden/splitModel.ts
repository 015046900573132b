/** An ONNX model with its larger tensors in a file beside it, as exports over 2 GB have them. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src/checkpoint/gen/onnxSubset_pb.ts';
import { EXTERNAL, readOnnx } from '../../src/checkpoint/onnxFile.ts';

/** The tensors of over a kilobyte moved into a file of their own. @param location its name. */
export function splitModel(original: Uint8Array, location: string): { model: Uint8Array; data: Uint8Array } {
  const { proto } = readOnnx(original);
  const data: number[] = [];
  for (const tensor of proto.graph!.initializer) {
    if (tensor.rawData.length < 1024) continue;
    const values = { location, offset: String(data.length), length: String(tensor.rawData.length) };
    tensor.externalData = Object.entries(values).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    );
    data.push(...tensor.rawData);
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = EXTERNAL;
  }
  return { model: toBinary(ModelProtoSchema, proto), data: Uint8Array.from(data) };
}

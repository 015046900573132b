import { expect, test } from 'vitest';
import { splitModel } from '../../test/golden/splitModel.ts';
import { tinyFile } from '../../test/golden/tinyCheckpoint.ts';
import { readOnnx } from './onnxFile.ts';
import { MissingFileError, type CheckpointSource } from './source.ts';
import { readWholeModel } from './wholeModel.ts';

const PATH = 'onnx/decoder_model_merged_q4.onnx';
const original = tinyFile(PATH);

function split(location: string, shortBy = 0): Map<string, Uint8Array> {
  const { model, data } = splitModel(original, location);
  return new Map([
    [PATH, model],
    [`onnx/${location}`, data.subarray(0, data.length - shortBy)],
  ]);
}

function sourceOf(files: Map<string, Uint8Array>): CheckpointSource {
  return {
    name: 'split',
    read: (path) =>
      files.has(path)
        ? Promise.resolve(files.get(path)!)
        : Promise.reject(new MissingFileError(`split has no ${path}`)),
  };
}

test('a model in two files is the model in one', async () => {
  const files = split('decoder_model_merged_q4.onnx_data');
  expect(files.get(PATH)!.length).toBeLessThan(original.length / 2);
  const whole = readOnnx(await readWholeModel(sourceOf(files), PATH));
  for (const [name, tensor] of readOnnx(original).initializers)
    expect(whole.initializers.get(name)!.rawData, name).toEqual(tensor.rawData);
  const untouched = await readWholeModel(sourceOf(new Map([[PATH, original]])), PATH);
  expect(untouched).toBe(original);
});

test('a file that is missing, short, or elsewhere is named', async () => {
  const missing = split('x.onnx_data');
  missing.delete('onnx/x.onnx_data');
  await expect(readWholeModel(sourceOf(missing), PATH)).rejects.toThrow('split has no onnx/x.onnx_data');
  await expect(readWholeModel(sourceOf(split('x.onnx_data', 9)), PATH)).rejects.toThrow(/in x\.onnx_data/);
  await expect(readWholeModel(sourceOf(split('../x')), PATH)).rejects.toThrow(
    /"\.\.\/x", which is no file beside/,
  );
});

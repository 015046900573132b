import { expect, test } from 'vitest';
import { tinyFile } from '../../test/golden/tinyCheckpoint.ts';
import { constantMatrix, float16sToFloat32s, readOnnx, writeOnnx } from './onnxFile.ts';

test.each(['vision_encoder', 'embed_tokens', 'decoder_model_merged'])(
  '%s is written as it was read',
  (name) => {
    const bytes = tinyFile(`onnx/${name}_q4.onnx`);
    const again = writeOnnx(readOnnx(bytes));
    expect(again.length).toBe(bytes.length);
    // Order of fields may differ, nothing may be lost: producer_name, opset_import and the like are unknown to us.
    expect(Buffer.compare(writeOnnx(readOnnx(again)), again)).toBe(0);
    expect(Buffer.from(again).includes('com.microsoft')).toBe(true);
  },
);

test('what is no ONNX model is refused', () => {
  expect(() => readOnnx(new TextEncoder().encode('<!doctype html><title>Not found</title>'))).toThrow(
    /not an ONNX model/,
  );
  expect(() => readOnnx(new Uint8Array(0))).toThrow(/not an ONNX model \(0 bytes\): it has no graph/);
  const cut = tinyFile('onnx/embed_tokens_q4.onnx').subarray(0, 1000);
  expect(() => readOnnx(cut)).toThrow(/not an ONNX model \(1000 bytes\)/);
});

test('half floats: zero, subnormal, one, largest, infinity', () => {
  const halves = new Uint16Array([0x0000, 0x0001, 0x3c00, 0xbc00, 0x7bff, 0x7c00, 0x3555]);
  const values = [...float16sToFloat32s(halves)];
  expect(values.slice(0, 6)).toEqual([0, 2 ** -24, 1, -1, 65504, Infinity]);
  expect(values[6]).toBeCloseTo(1 / 3, 3);
});

test('a constant is found through cast and transpose', () => {
  const model = readOnnx(tinyFile('onnx/decoder_model_merged_q4.onnx'));
  const head = model.producers.get('logits')!;
  expect(constantMatrix(model, head.input[1])).toMatchObject({ rows: 64, columns: 414 });
  expect(constantMatrix(model, head.input[0])).toBeNull();
});

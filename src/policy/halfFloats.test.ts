import { expect, test } from 'vitest';
import { float16sToFloat32s } from '../checkpoint/onnxFile.ts';
import { toHalves } from './halfFloats.ts';

test('every 16-bit float comes back as itself', () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((half) => (half & 0x7c00) !== 0x7c00);
  expect(toHalves(float16sToFloat32s(all))).toEqual(all);
});

test('between two it is the nearer, halfway the even one', () => {
  const halves = (...values: number[]) => [...float16sToFloat32s(toHalves(Float32Array.from(values)))];
  expect(halves(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20)).toEqual([
    1,
    1 + 2 ** -9,
    1 + 2 ** -10,
  ]);
  expect(halves(2 ** -25, 3 * 2 ** -25, -(2 ** -26))).toEqual([0, 2 ** -23, -0]);
  expect(halves(65519, 65520, -1e9, NaN)).toEqual([65504, Infinity, -Infinity, NaN]);
});

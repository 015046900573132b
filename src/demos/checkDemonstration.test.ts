import { expect, test } from 'vitest';
import { calibration } from './checkDemonstration.ts';

const K = [100, 0, 64, 0, 100, 64, 0, 0, 1];
const E = [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1];

test('a calibration is a finite 3x3 with focal lengths and a rigid 4x4', () => {
  expect(calibration(K, Float64Array.from(E))).toEqual({ intrinsics: K, extrinsics: E });
  expect(calibration(null, undefined)).toEqual({ intrinsics: null, extrinsics: null });
  const scaled = E.map((value, i) => (i === 0 ? 2 : value));
  expect(calibration([0, ...K.slice(1)], scaled)).toEqual({ intrinsics: null, extrinsics: null });
});

test('what only says that it is long is not copied', () => {
  const long = { length: 2 ** 53 - 1 };
  expect(calibration(long, long)).toEqual({ intrinsics: null, extrinsics: null });
});

import { expect, test } from 'vitest';
import { calibration } from './checkDemonstration.ts';

const K = [100, 0, 64, 0, 100, 64, 0, 0, 1];
const E = [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1];

test('a calibration is a finite 3x3 with focal lengths and a rigid 4x4', () => {
  expect(calibration(K, Float64Array.from(E), 3)).toEqual({ intrinsics: K, extrinsics: E });
  expect(calibration(null, undefined, 3)).toEqual({ intrinsics: null, extrinsics: null });
  const scaled = E.map((value, i) => (i === 0 ? 2 : value));
  expect(calibration([0, ...K.slice(1)], scaled, 3)).toEqual({ intrinsics: null, extrinsics: null });
});

test('extrinsics are one, or one a frame, all of them rigid', () => {
  const moving = [0, 1, 2].flatMap((i) => E.map((value, j) => (j === 3 ? value + i : value)));
  expect(calibration(K, moving, 3).extrinsics).toEqual(moving);
  expect(calibration(K, moving, 2).extrinsics).toBeNull();
  expect(calibration(K, [...moving.slice(0, 32), ...E.map((value) => 2 * value)], 3).extrinsics).toBeNull();
});

test('what only says that it is long is not copied', () => {
  const long = { length: 2 ** 53 - 1 };
  expect(calibration(long, long, 3)).toEqual({ intrinsics: null, extrinsics: null });
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from './backend.ts';

beforeAll(() => startBackend('wasm'), 60_000);

test.each([
  [[7], [2], [3]],
  [
    [4, 5],
    [1, 0],
    [2, 5],
  ],
  [
    [4, 5],
    [1, 2],
    [3, 2],
  ],
  [
    [1, 6, 3],
    [0, 2, 0],
    [-1, 3, -1],
  ],
  [
    [2, 6, 3],
    [0, 1, 0],
    [-1, 4, -1],
  ],
  [
    [2, 3, 4],
    [1, 1, 1],
    [1, 2, 3],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 2, 0],
    [2, 2, 1, 5],
  ],
  [
    [2, 3, 2, 2, 2],
    [1, 0, 0, 1, 0],
    [1, 3, 2, 1, 2],
  ],
  [
    [3, 4],
    [0, 0],
    [3, 4],
  ],
])('slice of %j from %j, size %j', (shape, begin, size) => {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => i);
  const whole = size.map((count, axis) => (count < 0 ? shape[axis] - begin[axis] : count));
  const strides = shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
  const expected = Array.from({ length: tf.util.sizeFromShape(whole) }, (_, i) => {
    let [at, rest] = [0, i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (begin[axis] + (rest % whole[axis])) * strides[axis];
      rest = Math.floor(rest / whole[axis]);
    }
    return at;
  });
  const part = tf.tidy(() => tf.slice(tf.tensor(values, shape), begin, size));
  expect(part.shape).toEqual(whole);
  expect([...part.dataSync()]).toEqual(expected);
  part.dispose();
});

test('a slice of integers keeps its type; one beyond the tensor is refused', () => {
  const x = tf.tensor1d([1, 2, 3, 4], 'int32');
  const part = tf.slice(x, 1, 2);
  expect([part.dtype, ...part.dataSync()]).toEqual(['int32', 2, 3]);
  expect(() => tf.slice(x, 3, 2)).toThrow();
  tf.dispose([x, part]);
});

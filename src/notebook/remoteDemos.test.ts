import { expect, test } from 'vitest';
import type { Bundle } from '../demos/demonstration.ts';
import { layerPictureOf } from './remoteDemos.ts';

const BUNDLE: Bundle = {
  name: 'made here',
  format: 'simulator',
  demonstrations: [],
  frames: {
    read: () => Promise.reject(new Error('no pictures')),
    readLayer: (_, __, frame) => Promise.resolve({ width: 2, height: 1, values: Float32Array.of(1, frame) }),
  },
  remarks: [],
};

test('a layer of a bundle that no worker opened is read from the bundle', async () => {
  const { width, height, range } = await layerPictureOf(BUNDLE, 'demo', 'front', 3, 'depth');
  expect([width, height, range]).toEqual([2, 1, { low: 1, high: 3 }]);
});

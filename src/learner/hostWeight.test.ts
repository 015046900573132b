import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { dequantise } from '../checkpoint/linearWeight.ts';
import { startBackend } from './backend.ts';
import { HostWeight } from './hostWeight.ts';
import { FloatWeight, uploadLora } from './linear.ts';
import { randomBlocks } from './syntheticDecoder.ts';

beforeAll(() => startBackend('wasm'), 60_000);

test('both directions as with the weight on the device, with a branch too, and nothing stays there', () => {
  const weight = randomBlocks(12, 40, 'weight', { zeroPoints: true });
  const [host, device] = [new HostWeight(weight), new FloatWeight(dequantise(weight), 12, 40)];
  const lora = uploadLora(
    {
      A: Float32Array.from({ length: 160 }, Math.cos),
      B: Float32Array.from({ length: 48 }, Math.sin),
      in: 40,
      out: 12,
    },
    4,
    2,
  );
  const [x, dy, low]: tf.Tensor2D[] = [
    tf.randomNormal([7, 40]),
    tf.randomNormal([7, 12]),
    tf.randomNormal([7, 4]),
  ];
  const before = tf.memory().numTensors;
  for (const branch of [undefined, { low, lora }]) {
    const results = [host.forward(x, branch), device.forward(x, branch)];
    results.push(host.backward(dy, branch), device.backward(dy, branch));
    const [ours, theirs, oursBack, theirsBack] = results.map((result) => [...result.dataSync()]);
    expect(ours).toEqual(theirs);
    expect(oursBack).toEqual(theirsBack);
    tf.dispose(results);
  }
  expect(tf.memory().numTensors).toBe(before);
});

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { allocatedMetric } from './allocated.ts';
import { startBackend } from './backend.ts';

test('the heap of wasm grows with what is kept in it', async () => {
  await startBackend('wasm');
  const before = allocatedMetric()['perf/max_memory_allocated_gb'];
  const kept = tf.zeros([4096, 4096]);
  const after = allocatedMetric()['perf/max_memory_allocated_gb'];
  kept.dispose();
  expect(before).toBeGreaterThan(0.001);
  expect(after).toBeGreaterThanOrEqual(0.067);
  expect(allocatedMetric()['perf/max_memory_allocated_gb']).toBe(after);
});

test('a backend that does not say adds no number', async () => {
  await startBackend('cpu');
  expect(allocatedMetric()).toEqual({});
});

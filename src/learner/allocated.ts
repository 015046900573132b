/** What the backend has taken of the device's memory, under verl's name. */
import * as tf from '@tensorflow/tfjs-core';

type Backend = { wasm?: { HEAPU8: Uint8Array } } | null;

/**
 * In GB of 10^9 bytes, verl's perf/max_memory_allocated_gb. On wasm the size of the heap, on WebGPU all buffers, pooled
 * ones too: neither ever shrinks, so it is the most that was needed since the backend started. Nothing on a backend that
 * does not say.
 */
export function allocatedMetric(): Record<string, number> {
  const backend = tf.backend() as unknown as Backend;
  const memory = tf.memory() as { numBytesAllocatedInGPU?: number };
  const bytes = backend?.wasm?.HEAPU8.byteLength ?? memory.numBytesAllocatedInGPU;
  return bytes === undefined ? {} : { 'perf/max_memory_allocated_gb': bytes / 1e9 };
}

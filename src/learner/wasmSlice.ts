/**
 * tfjs-wasm's Slice first copies the whole tensor out of the heap, then the part. This one copies the part alone, from
 * heap to heap.
 */
import * as tf from '@tensorflow/tfjs-core';

/** What of tfjs-backend-wasm a kernel needs. */
interface WasmHeap {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/** Replaces the kernel of the backend 'wasm', which has been loaded. */
export function registerWasmSlice(): void {
  tf.unregisterKernel(tf.Slice, 'wasm');
  tf.registerKernel({
    kernelName: tf.Slice,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      slice(inputs.x as tf.TensorInfo, attrs as unknown as tf.SliceAttrs, backend as unknown as WasmHeap),
  });
}

function slice(x: tf.TensorInfo, attrs: tf.SliceAttrs, heap: WasmHeap): tf.TensorInfo {
  const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
  tf.slice_util.assertParamsValid(x, begin, size);
  const out = heap.makeOutput(size, x.dtype);
  // Views are taken after the allocation, which may move the heap.
  copyRuns(heap.typedArrayFromHeap(x), x.shape, begin, size, heap.typedArrayFromHeap(out));
  return out;
}

/** A run is what lies in one piece in both: the last axes as far as they are whole, and one axis before them. */
function copyRuns(
  from: Float32Array | Int32Array | Uint8Array,
  shape: number[],
  begin: number[],
  size: number[],
  to: Float32Array | Int32Array | Uint8Array,
): void {
  const strides = shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
  let last = shape.length - 1;
  while (last > 0 && size[last] === shape[last]) last--;
  const run = size[last] * strides[last];
  const offset = begin.reduce((sum, first, axis) => sum + first * strides[axis], 0);
  const at = size.slice(0, last).map(() => 0);
  for (let target = 0; target < to.length; target += run) {
    const start = at.reduce((sum, index, axis) => sum + index * strides[axis], offset);
    to.set(from.subarray(start, start + run), target);
    for (let axis = last - 1; axis >= 0 && ++at[axis] === size[axis]; axis--) at[axis] = 0;
  }
}

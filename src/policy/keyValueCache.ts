/** Keys and values of a batch of equally long sequences. Rows are copied where they lie: in memory or on the GPU. */
import type { Tensor } from 'onnxruntime-common';
import type { Runtime, Tensors } from './onnxRuntime.ts';

/**
 * Picks rows of every tensor, a row any number of times. Frees the tensors it was given.
 *
 * @param cache tensors whose first dimension is the batch.
 */
export async function selectRows(runtime: Runtime, cache: Tensors, rows: number[]): Promise<Tensors> {
  const gpu = await runtime.gpu();
  const entries = Object.entries(cache);
  const selected = gpu
    ? selectOnGpu(runtime, gpu, entries, rows)
    : entries.map(([name, tensor]) => [name, selectInMemory(runtime, tensor, rows)] as const);
  for (const tensor of Object.values(cache)) tensor.dispose();
  return Object.fromEntries(selected);
}

export function disposeAll(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

function selectInMemory(runtime: Runtime, tensor: Tensor, rows: number[]): Tensor {
  const data = tensor.data as Float32Array;
  const size = data.length / tensor.dims[0];
  const out = new (data.constructor as Float32ArrayConstructor)(size * rows.length);
  rows.forEach((row, i) => out.set(data.subarray(row * size, (row + 1) * size), i * size));
  return new runtime.Tensor(tensor.type, out, [rows.length, ...tensor.dims.slice(1)]);
}

function selectOnGpu(
  runtime: Runtime,
  gpu: GPUDevice,
  entries: [string, Tensor][],
  rows: number[],
): (readonly [string, Tensor])[] {
  const encoder = gpu.createCommandEncoder();
  const selected = entries.map(([name, tensor]) => {
    const size = (tensor.size / tensor.dims[0]) * bytesOf(tensor);
    const target = gpu.createBuffer({ size: pad16(size * rows.length), usage: STORAGE });
    rows.forEach((row, i) =>
      encoder.copyBufferToBuffer(tensor.gpuBuffer, row * size, target, i * size, size),
    );
    return [name, gpuTensor(runtime, target, tensor.type, [rows.length, ...tensor.dims.slice(1)])] as const;
  });
  gpu.queue.submit([encoder.finish()]);
  return selected;
}

/** A tensor's copy on the GPU. */
export function uploaded(runtime: Runtime, gpu: GPUDevice, tensor: Tensor): Tensor {
  const data = tensor.data as Float32Array<ArrayBuffer>;
  const buffer = gpu.createBuffer({ size: pad16(data.byteLength), usage: STORAGE });
  gpu.queue.writeBuffer(buffer, 0, data);
  return gpuTensor(runtime, buffer, tensor.type, tensor.dims);
}

function gpuTensor(runtime: Runtime, buffer: GPUBuffer, type: Tensor.Type, dims: readonly number[]): Tensor {
  return runtime.Tensor.fromGpuBuffer(buffer, {
    dataType: type as Tensor.GpuBufferDataTypes,
    dims,
    dispose: () => buffer.destroy(),
  });
}

// Values of GPUBufferUsage, which Node does not define.
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const STORAGE = 0x80 | COPY_SRC | COPY_DST;

const pad16 = (bytes: number) => Math.max(16, Math.ceil(bytes / 16) * 16);
const bytesOf = (tensor: Tensor) => (tensor.type === 'float16' ? 2 : 4);

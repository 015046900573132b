/**
 * Keys and values of a batch, [rows, heads, positions, width]; a row's own come first, what follows them is not looked
 * at. Rows are copied where they lie: in memory or on the GPU.
 */
import type { Tensor } from 'onnxruntime-common';
import type { Runtime, Tensors } from './onnxRuntime.ts';

/** A row of one of the tensors. */
interface Source {
  tensor: Tensor;
  row: number;
}

/**
 * Picks rows of every tensor, a row any number of times, into tensors of so many positions, not fewer than before. Frees
 * the tensors it was given.
 */
export async function selectRows(
  runtime: Runtime,
  cache: Tensors,
  rows: number[],
  positions: number,
): Promise<Tensors> {
  const [{ dims, location }] = Object.values(cache);
  if (location === 'cpu' && dims[2] === positions && ascending(rows))
    return Object.fromEntries(
      Object.entries(cache).map(([name, tensor]) => [name, closedUp(runtime, tensor, rows)]),
    );
  const selected = await gather(runtime, cache, positions, (name) =>
    rows.map((row) => ({ tensor: cache[name], row })),
  );
  disposeAll(cache);
  return selected;
}

function ascending(rows: number[]): boolean {
  return rows.every((row, i) => i === 0 || row > rows[i - 1]);
}

/** The rows moved together where they lie; a new array each time would keep the garbage collector at work. */
function closedUp(runtime: Runtime, tensor: Tensor, rows: number[]): Tensor {
  const data = tensor.data as Float32Array;
  const [had, ...dims] = tensor.dims;
  const row = data.length / had;
  rows.forEach((from, to) => data.copyWithin(to * row, from * row, (from + 1) * row));
  return new runtime.Tensor(tensor.type, data.subarray(0, rows.length * row), [rows.length, ...dims]);
}

/** The rows of all caches, one after the other. */
export function joinRows(runtime: Runtime, caches: Tensors[], positions: number): Promise<Tensors> {
  return gather(runtime, caches[0], positions, (name) =>
    caches.flatMap((cache) =>
      Array.from({ length: cache[name].dims[0] }, (_, row) => ({ tensor: cache[name], row })),
    ),
  );
}

export function disposeAll(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

async function gather(
  runtime: Runtime,
  names: Tensors,
  positions: number,
  sourcesOf: (name: string) => Source[],
): Promise<Tensors> {
  const gpu = await runtime.gpu();
  const encoder = gpu?.createCommandEncoder();
  const gathered = Object.keys(names).map((name) => {
    const sources = sourcesOf(name);
    const target =
      gpu && encoder
        ? gatherOnGpu(runtime, gpu, encoder, sources, positions)
        : gatherInMemory(runtime, sources, positions);
    return [name, target] as const;
  });
  if (gpu && encoder) gpu.queue.submit([encoder.finish()]);
  return Object.fromEntries(gathered);
}

function gatherInMemory(runtime: Runtime, sources: Source[], positions: number): Tensor {
  const [{ tensor }] = sources;
  const [, heads, , width] = tensor.dims;
  const Values = tensor.data.constructor as Float32ArrayConstructor;
  const out = new Values(sources.length * heads * positions * width);
  eachHead(sources, positions, (source, from, length, to) =>
    out.set((source.data as Float32Array).subarray(from, from + length), to),
  );
  return new runtime.Tensor(tensor.type, out, [sources.length, heads, positions, width]);
}

function gatherOnGpu(
  runtime: Runtime,
  gpu: GPUDevice,
  encoder: GPUCommandEncoder,
  sources: Source[],
  positions: number,
): Tensor {
  const [{ tensor }] = sources;
  const [, heads, , width] = tensor.dims;
  const bytes = bytesOf(tensor);
  const size = pad16(sources.length * heads * positions * width * bytes);
  const target = gpu.createBuffer({ size, usage: STORAGE });
  eachHead(sources, positions, (source, from, length, to) =>
    encoder.copyBufferToBuffer(source.gpuBuffer, from * bytes, target, to * bytes, length * bytes),
  );
  return gpuTensor(runtime, target, tensor.type, [sources.length, heads, positions, width]);
}

/** In values, not bytes; all heads of a row at once where nothing lies between them. */
function eachHead(
  sources: Source[],
  positions: number,
  copy: (source: Tensor, from: number, length: number, to: number) => void,
): void {
  sources.forEach(({ tensor, row }, i) => {
    const [, heads, had, width] = tensor.dims;
    const [runs, length] = had === positions ? [1, heads * had * width] : [heads, had * width];
    for (let run = 0; run < runs; run++)
      copy(
        tensor,
        (row * runs + run) * length,
        length,
        (i * runs + run) * (heads / runs) * positions * width,
      );
  });
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

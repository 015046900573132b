/** The ONNX Runtime that transformers.js brings: native in Node, WebAssembly or WebGPU in a browser. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type * as Ort from 'onnxruntime-common';
import { wasmThreads } from './device.ts';
import { withholdNarrowSubgroups } from './narrowSubgroups.ts';
import type { Policy } from './policy.ts';

export type Device = Policy['device'];
export type Tensors = Record<string, Tensor>;

/** Addresses of the runtime's own files, shipped with the page. */
export interface WasmPaths {
  mjs: string;
  wasm: string;
}

export interface Runtime {
  readonly device: Device;
  readonly Tensor: typeof Tensor;
  /** The device that ONNX Runtime computes on; null unless webgpu. */
  gpu(): Promise<GPUDevice | null>;
  /** @param gpuOutputs names of outputs that stay on the GPU. */
  session(model: Uint8Array, options?: SessionOptions): Promise<InferenceSession>;
}

interface SessionOptions {
  /** On the CPU whatever the device: for a table look-up a GPU only adds a round trip. */
  onHost?: boolean;
  /** Outputs that stay on the GPU, where there is one. */
  gpuOutputs?: string[];
}

// A name in a variable keeps bundlers from packing the native runtime into the page.
const NATIVE = 'onnxruntime-node';

export async function loadRuntime(device: Device, wasmPaths?: WasmPaths): Promise<Runtime> {
  const ort = await importRuntime(device);
  if (device !== 'cpu') {
    ort.env.wasm.numThreads = wasmThreads();
    if (wasmPaths) ort.env.wasm.wasmPaths = wasmPaths;
  }
  return {
    device,
    Tensor: ort.Tensor,
    gpu: async () => (device === 'webgpu' ? await ort.env.webgpu.device : null),
    session: (model, { onHost = false, gpuOutputs = [] } = {}) =>
      ort.InferenceSession.create(model, {
        executionProviders: [onHost && device === 'webgpu' ? 'wasm' : device],
        logSeverityLevel: 3,
        // Threads that spin while they wait take the cores from the learner and from other runs.
        ...(device === 'cpu' && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
        ...(device === 'webgpu' && {
          preferredOutputLocation: Object.fromEntries(
            gpuOutputs.map((name) => [name, 'gpu-buffer' as const]),
          ),
        }),
      }),
  };
}

async function importRuntime(device: Device): Promise<typeof Ort> {
  if (device === 'cpu') {
    const module = (await import(/* @vite-ignore */ NATIVE)) as typeof Ort & { default?: typeof Ort };
    return module.default ?? module;
  }
  // The build without a GPU is half the download and is not slowed by asyncify.
  if (device === 'wasm') return import('onnxruntime-web/wasm');
  withholdNarrowSubgroups();
  return import('onnxruntime-web/webgpu');
}

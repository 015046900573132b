/** Starts the tfjs backend of a device. */
import * as tf from '@tensorflow/tfjs-core';
import { DeviceWatch } from '../device/deviceWatch.ts';
import { registerFourBitProduct } from './fourBitProduct.ts';
import { isHeapDead, withGuardedHeap } from './wasmMemory.ts';
import { registerWasmSlice } from './wasmSlice.ts';

export type Device = 'webgpu' | 'wasm' | 'cpu';

/** What a page must say of tfjs-backend-wasm; Node needs none of it. */
export interface WasmFiles {
  /** URL of each .wasm file by its name. */
  paths: Record<string, string>;
  /**
   * URL of the package's plain script. Its threads run the text of one of its own functions, which a minifier breaks,
   * so it is loaded as published.
   */
  script: string;
}

/** @throws Error where the device has no such backend. */
export async function startBackend(device: Device, wasmFiles?: WasmFiles): Promise<void> {
  watch = new DeviceWatch(null);
  if (device === 'webgpu') await startWebgpu();
  else if (device === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (wasmFiles) (await loadPublished(wasmFiles.script)).setWasmPaths(wasmFiles.paths);
  else await import('@tensorflow/tfjs-backend-wasm');
  const started = device === 'wasm' ? await startWasm() : await tf.setBackend(device);
  if (!started) throw new Error(`tfjs cannot start on ${device} here; choose another device`);
  await tf.ready();
}

async function startWasm(): Promise<boolean> {
  registerWasmSlice();
  if (isHeapDead()) renew('wasm');
  return withGuardedHeap(() => tf.setBackend('wasm'));
}

/** Of the device that was started last. */
let watch = new DeviceWatch(null);
/** Of the GPU that was started last. */
let gpuWatch: DeviceWatch | null = null;

async function startWebgpu(): Promise<void> {
  await import('@tensorflow/tfjs-backend-webgpu');
  registerFourBitProduct();
  if (gpuWatch?.ended) renew('webgpu');
  if (!(await tf.setBackend('webgpu'))) return;
  watch = gpuWatch = new DeviceWatch((tf.backend() as unknown as { device: GPUDevice }).device);
}

/** tfjs makes a new device, or a new heap, only for a new backend. */
function renew(device: 'webgpu' | 'wasm'): void {
  const factory = tf.findBackendFactory(device);
  tf.removeBackend(device);
  tf.registerBackend(device, factory);
}

/**
 * @param advice what to lower when memory cannot be had
 * @throws DeviceLostError or OutOfMemoryError when that ends the work; else what `run` throws
 */
export function onDevice<T>(advice: string, run: () => Promise<T>): Promise<T> {
  return watch.run(advice, run);
}

/** Of the device that was started last. */
export function deviceLost(): Promise<never> {
  return watch.lost;
}

type WasmPackage = Pick<typeof import('@tensorflow/tfjs-backend-wasm'), 'setWasmPaths'>;

/** The script takes tfjs-core from a global and leaves itself there. */
async function loadPublished(script: string): Promise<WasmPackage> {
  const scope = globalThis as { tf?: typeof tf & { wasm?: WasmPackage } };
  if (!scope.tf?.wasm) {
    scope.tf = { ...tf };
    await import(/* @vite-ignore */ script);
  }
  if (!scope.tf.wasm) throw new Error(`${script} is not tfjs-backend-wasm`);
  return scope.tf.wasm;
}

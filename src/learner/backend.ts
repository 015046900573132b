/** Starts the tfjs backend of a device. */
import * as tf from '@tensorflow/tfjs-core';
import { registerFourBitProduct } from './fourBitProduct.ts';
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
  loss = null;
  if (device === 'webgpu') await startWebgpu();
  else if (device === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (wasmFiles) (await loadPublished(wasmFiles.script)).setWasmPaths(wasmFiles.paths);
  else await import('@tensorflow/tfjs-backend-wasm');
  if (device === 'wasm') registerWasmSlice();
  if (!(await tf.setBackend(device)))
    throw new Error(`tfjs cannot start on ${device} here; choose another device`);
  await tf.ready();
}

/** The graphics device was taken away: by the driver, the browser, or a reset. What lay on it is gone. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';

  constructor(reason: string) {
    super(`the graphics device was lost${reason && ` (${reason})`}; load the learner again to go on`);
  }
}

/** Rejects when the device that was started last is lost; null where devices are not lost. */
let loss: Promise<never> | null = null;
let isLost = false;

async function startWebgpu(): Promise<void> {
  await import('@tensorflow/tfjs-backend-webgpu');
  registerFourBitProduct();
  if (isLost) renew();
  if (!(await tf.setBackend('webgpu'))) return;
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  isLost = false;
  loss = device.lost.then(({ message, reason }) => {
    isLost = true;
    throw new DeviceLostError(message || reason);
  });
  loss.catch(() => undefined);
}

/** tfjs makes a new device only for a new backend. */
function renew(): void {
  const factory = tf.findBackendFactory('webgpu');
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory);
}

/** @throws DeviceLostError when the device is lost meanwhile, whatever `run` makes of it. */
export async function onDevice<T>(run: () => Promise<T>): Promise<T> {
  if (!loss) return run();
  const running = run();
  try {
    return await Promise.race([running, loss]);
  } catch (error) {
    running.catch(() => undefined);
    // A read of the lost device fails a little before the device is known to be lost.
    await Promise.race([loss, new Promise((resolve) => setTimeout(resolve, LOSS_KNOWN_MS))]);
    throw error;
  }
}

const LOSS_KNOWN_MS = 200;

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

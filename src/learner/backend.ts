/** Starts the tfjs backend of a device. */
import * as tf from '@tensorflow/tfjs-core';

export type Device = 'webgpu' | 'wasm' | 'cpu';

/**
 * @param wasmPaths where tfjs-backend-wasm's .wasm files are: a folder with a slash at the end, or a URL by file name.
 * None: beside the package, which is right in Node.
 * @throws Error where the device has no such backend.
 */
export async function startBackend(
  device: Device,
  wasmPaths?: string | Record<string, string>,
): Promise<void> {
  if (device === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else if (device === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (wasmPaths) setWasmPaths(wasmPaths);
  } else await import('@tensorflow/tfjs-backend-cpu');
  if (!(await tf.setBackend(device)))
    throw new Error(`tfjs cannot start on ${device} here; choose another device`);
  await tf.ready();
}

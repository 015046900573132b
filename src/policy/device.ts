/** Where the policy runs, and the words that tell the visitor why. */

export interface DeviceChoice {
  device: 'webgpu' | 'wasm';
  /** One sentence for the page. */
  reason: string;
}

/** WebGPU where there is a usable adapter, else wasm. Works in a page and in a worker. */
export async function chooseDevice(): Promise<DeviceChoice> {
  const gpu = typeof navigator === 'undefined' ? undefined : (navigator.gpu as GPU | undefined);
  if (!gpu) return wasm('this browser has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!adapter) return wasm('WebGPU finds no graphics adapter here');
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = [description || vendor, architecture].filter(Boolean).join(', ') || 'a graphics adapter';
  if (isFallbackAdapter || architecture === 'swiftshader') {
    return wasm(`the only WebGPU adapter (${name}) is software, which is slower`);
  }
  return { device: 'webgpu', reason: `Runs on your GPU by WebGPU (${name}).` };
}

function wasm(why: string): DeviceChoice {
  const threads = wasmThreads();
  const how = threads > 1 ? `${threads} threads` : 'one thread: this page is not cross-origin isolated';
  return { device: 'wasm', reason: `Runs on your CPU by WebAssembly (${how}), since ${why}.` };
}

/** Threads need cross-origin isolation. More than a few do not help models of this size. */
export function wasmThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1;
}

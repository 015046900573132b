/** What both kinds of policy are made with. */
import type { ReadOptions } from './checkpointFiles.ts';
import type { Device, WasmPaths } from './onnxRuntime.ts';

export interface PolicyOptions extends ReadOptions {
  device: Device;
  /** Addresses of ONNX Runtime's own files; not on cpu. */
  wasmPaths?: WasmPaths;
  /** Why the decoder takes no adapter; null: it does. */
  askOnly?: string | null;
}

/** Where a checkpoint, or a batch of responses, does not fit. */
export const LOAD_LESS = 'choose a smaller checkpoint or precision, or close other tabs';
export const ASK_LESS =
  'lower num_generations, generation_batch_size or max_completion_length, or choose a smaller precision';

/** The policy in a worker of its own: a thin Comlink face. */
import { expose } from 'comlink';
import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import plainMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { sourceAt } from '../src/hub/sourceAt.ts';
import { PolicyService } from '../src/policy/policyService.ts';
import { createPolicy } from '../src/policy/vlmPolicy.ts';

const WASM_PATHS = {
  webgpu: { mjs: asyncifyMjs, wasm: asyncifyWasm },
  wasm: { mjs: plainMjs, wasm: plainWasm },
};

expose(
  new PolicyService(async (address, onProgress, signal) => {
    const { device, dtypes, askOnly, policy } = address;
    const source = await sourceAt(address);
    const options = { device, dtypes, onProgress, signal };
    if (policy === 'own') return createPolicy(source, { ...options, askOnly, wasmPaths: WASM_PATHS[device] });
    const { createTransformersPolicy } = await import('../src/policy/transformersPolicy.ts');
    // transformers.js has the build with a GPU, whatever it runs on.
    return createTransformersPolicy(source, { ...options, wasmPaths: WASM_PATHS.webgpu });
  }),
);

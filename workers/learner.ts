/** The learner in a worker of its own: a thin Comlink face. */
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { expose } from 'comlink';
import { httpSource } from '../src/checkpoint/source.ts';
import { createLearner } from '../src/learner/createLearner.ts';
import { LearnerService } from '../src/learner/learnerService.ts';

const WASM_PATHS = {
  'tfjs-backend-wasm.wasm': plainWasm,
  'tfjs-backend-wasm-simd.wasm': simdWasm,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedWasm,
};

expose(
  new LearnerService(({ name, baseUrl, device }, onProgress, signal) =>
    createLearner(httpSource(name, baseUrl), { device, wasmPaths: WASM_PATHS, onProgress, signal }),
  ),
);

/** The learner in a worker of its own: a thin Comlink face. */
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import wasmScript from '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.js?url';
import { expose } from 'comlink';
import { httpSource } from '../src/checkpoint/source.ts';
import { createLearner } from '../src/learner/createLearner.ts';
import { LearnerService } from '../src/learner/learnerService.ts';

const WASM_FILES = {
  paths: {
    'tfjs-backend-wasm.wasm': plainWasm,
    'tfjs-backend-wasm-simd.wasm': simdWasm,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedWasm,
  },
  script: wasmScript,
};

expose(
  new LearnerService(({ name, baseUrl, device }, onProgress, signal) =>
    createLearner(httpSource(name, baseUrl), { device, wasmFiles: WASM_FILES, onProgress, signal }),
  ),
);

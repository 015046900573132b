/** The learner in a worker of its own: a thin Comlink face. */
import plainWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedWasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import wasmScript from '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.js?url';
import { expose } from 'comlink';
import { onnxPath } from '../src/checkpoint/parts.ts';
import { sourceAt } from '../src/hub/sourceAt.ts';
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
  new LearnerService(async (address, onProgress, signal) => {
    const { device, dtypes } = address;
    return createLearner(await sourceAt(address), {
      device,
      wasmFiles: WASM_FILES,
      decoderFile: onnxPath('decoder_model_merged', dtypes.decoder_model_merged),
      embeddingsFile: onnxPath('embed_tokens', dtypes.embed_tokens),
      onProgress,
      signal,
    });
  }),
);

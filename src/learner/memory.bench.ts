/** What a learner holds in memory: after many updates, and at the fullest moment of one. */
import * as tf from '@tensorflow/tfjs-core';
import { ALL_LINEAR } from '../checkpoint/adapter.ts';
import type { CheckpointConfig } from '../checkpoint/config.ts';
import { startBackend, type Device } from './backend.ts';
import { EMBEDDED_SIZE, RANK, update } from './benchSettings.ts';
import { ACTIVATION_BYTES, estimateMemory } from './memory.ts';
import { syntheticAdapter, syntheticGroup, syntheticParameters } from './syntheticDecoder.ts';
import { TfjsLearner } from './tfjsLearner.ts';

export type EarlyAndLate = [early: number, late: number];

export interface LeakBenchmark {
  tensors: EarlyAndLate;
  bytes: EarlyAndLate;
  /** On WebGPU: bytes of buffers that hold something, and of all, those for reuse among them. */
  gpu?: { used: EarlyAndLate; allocated: EarlyAndLate };
}

type GpuMemory = tf.MemoryInfo & { numBytesInGPU?: number; numBytesAllocatedInGPU?: number };

/** Tensors and bytes that tfjs holds after a few updates, and after many. */
export async function benchLeak(
  device: Device,
  { config = EMBEDDED_SIZE, early = 5, late = 100 } = {},
): Promise<LeakBenchmark> {
  await startBackend(device);
  const weights = device === 'webgpu' ? 'blocks' : 'dense';
  const learner = new TfjsLearner(device, syntheticParameters(config, 'bench', weights));
  await learner.setAdapter(syntheticAdapter(config, RANK, 'bench', ALL_LINEAR));
  const held: GpuMemory[] = [];
  for (let step = 1; step <= late; step++) {
    await update(learner, [syntheticGroup(config, 8, [4 + (step % 3), 5], `step ${step}`)]);
    if (step === early || step === late) held.push(tf.memory());
  }
  await learner.dispose();
  const both = (of: (memory: GpuMemory) => number): EarlyAndLate => [of(held[0]), of(held[1])];
  return {
    tensors: both((memory) => memory.numTensors),
    bytes: both((memory) => memory.numBytes),
    ...(device === 'webgpu' && {
      gpu: {
        used: both((memory) => memory.numBytesInGPU!),
        allocated: both((memory) => memory.numBytesAllocatedInGPU!),
      },
    }),
  };
}

export interface MemoryBenchmark {
  /** Bytes at the fullest moment of an update: of tensors on wasm, of buffers in use on WebGPU; and by the formula. */
  measured: number;
  estimated: number;
  /** On WebGPU: bytes of all buffers, those that wait for reuse among them. */
  allocated?: number;
}

/** An update with random 4-bit weights on a backend that has not been used yet. */
export async function benchMemory(
  device: 'webgpu' | 'wasm',
  config: CheckpointConfig,
  {
    promptLength = 400,
    responseLength = 64,
    responses = 4,
    activationBytes = ACTIVATION_BYTES,
    entropy_coef = 0,
  } = {},
): Promise<MemoryBenchmark> {
  await startBackend(device);
  const lengths = new Array<number>(responses).fill(responseLength);
  const adapter = syntheticAdapter(config, RANK, 'bench', ['q_proj', 'v_proj']);
  const learner = new TfjsLearner(device, syntheticParameters(config, 'bench', 'blocks'), activationBytes);
  await learner.setAdapter(adapter);
  const group = syntheticGroup(config, promptLength, lengths, 'bench');
  const run = () => update(learner, [group], { entropy_coef });
  const measured = await (device === 'webgpu' ? mostInBuffers(run) : mostInTensors(run));
  const allocated = (tf.memory() as GpuMemory).numBytesAllocatedInGPU;
  await learner.dispose();
  const { peak } = estimateMemory(config, adapter.config, {
    device,
    weightBits: 4,
    promptLength,
    responseLengths: lengths,
    groups: 1,
    activationBytes,
    entropies: entropy_coef !== 0,
  });
  return { measured, estimated: peak, allocated };
}

/** Bytes of all tensors at the fullest moment of what is run. */
export async function mostInTensors(run: () => Promise<unknown>): Promise<number> {
  const { peakBytes } = await tf.profile(async () => {
    await run();
  });
  return peakBytes;
}

interface BufferManager {
  numBytesUsed: number;
  acquireBuffer(...given: unknown[]): unknown;
}

/** On WebGPU, where tf.profile would read every result back and so change what is held. */
async function mostInBuffers(run: () => Promise<unknown>): Promise<number> {
  const { bufferManager } = tf.backend() as unknown as { bufferManager: BufferManager };
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  let most = 0;
  bufferManager.acquireBuffer = (...given) => {
    const buffer = acquire(...given);
    most = Math.max(most, bufferManager.numBytesUsed);
    return buffer;
  };
  await run();
  return most;
}

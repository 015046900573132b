import { expect, test } from 'vitest';
import type { TrainingState } from '../training/trainingState.ts';
import { readState, stateNumbers, writeStateTensors } from './stateFile.ts';

const STATE: TrainingState = {
  step: 7,
  position: 56,
  num_tokens: 123_456_789,
  adapter: {
    config: { r: 2, lora_alpha: 4, target_modules: ['q_proj'] },
    modules: {
      'layers.0.self_attn.q_proj': {
        A: Float32Array.of(1, 2, 3, 4, 5, 6),
        B: Float32Array.of(0.5, -0.5, 0.25, 0, 1e-30, 7, 8, 9),
        in: 3,
        out: 4,
      },
    },
  },
  optimizer: {
    step: 6,
    m: { 'layers.0.self_attn.q_proj.A': Float32Array.of(1, 0, 0, 0, 0, 2) },
    v: { 'layers.0.self_attn.q_proj.A': Float32Array.of(0, 3, 0, 0, 0, 0) },
  },
};

test('a state comes back bit for bit', () => {
  expect(readState(stateNumbers(STATE), writeStateTensors(STATE))).toEqual(STATE);
});

test('numbers that are not finite and ranks that do not fit are refused', () => {
  const spoilt = structuredClone(STATE);
  spoilt.adapter.modules['layers.0.self_attn.q_proj'].A[2] = NaN;
  expect(() => readState(stateNumbers(STATE), writeStateTensors(spoilt))).toThrow(
    'q_proj.A holds numbers that are not finite',
  );
  const numbers = stateNumbers(STATE);
  const wider = { ...numbers, lora: { ...numbers.lora, r: 3 } };
  expect(() => readState(wider, writeStateTensors(STATE))).toThrow('is not a pair of rank 3');
});

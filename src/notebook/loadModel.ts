// STUB until workers land
import type { Completion } from '../policy/policy.ts';
import type { LoadedModel, Progress } from './notebook.svelte.ts';
export const EMBEDDED = 'embedded';
export const EMBEDDED_BASE = './checkpoint/';
export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';
export const deviceFromAddress = (q: string): DeviceChoice =>
  (new URLSearchParams(q).get('device') as DeviceChoice) ?? 'auto';
export async function loadModel(
  _s: string,
  _d: DeviceChoice,
  p: (p: Progress) => void,
  _a: AbortSignal,
): Promise<LoadedModel> {
  p({ label: 'Loading the model', done: 3e6, total: 8e6, unit: 'bytes' });
  await new Promise((r) => setTimeout(r, 500));
  const tokens = [
    '<think>',
    ' The gripper is at',
    ' [',
    '0.25',
    '4',
    ', ',
    '-0.19',
    '7',
    ', ',
    '1.09',
    '4',
    ']',
    '. The button',
    ' is at',
    ' [',
    '0.12',
    '0',
    ', ',
    '0.10',
    '3',
    ', ',
    '0.80',
    '1',
    ']',
    ', so it goes',
    ' down and left',
    '.',
    ' </think>',
    ' <answer>',
    ' [[',
    'B',
    ']]',
    ' </answer>',
  ];
  return {
    name: 'embedded',
    bytes: 7.9e6,
    reason: 'Runs on your CPU by WebAssembly (2 threads), since WebGPU finds no graphics adapter here.',
    learner: () => Promise.reject(new Error('no')),
    policy: {
      device: 'wasm',
      checkpoint: 'x',
      setAdapter: async () => {},
      dispose: async () => {},
      encode: async () => ({ ids: new Int32Array(), embeds: new Float32Array(), hidden: 1 }),
      generate: async (_p, count, _s, o) => {
        for (const t of tokens) {
          o?.signal?.throwIfAborted();
          o?.onTokens?.(Array(count).fill(t));
          await new Promise((r) => setTimeout(r, 15));
        }
        return Array.from({ length: count }, (): Completion => ({
          ids: new Int32Array(tokens.length),
          tokens,
          text: tokens.join(''),
          logprobs: Float32Array.from(tokens, () => Math.log(Math.random() * 0.9 + 0.1)),
          entropies: new Float32Array(),
          terminated: true,
          letters: [0.1, 0.55, 0.3, 0.05],
        }));
      },
    },
  };
}

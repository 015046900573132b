import { expect, test } from 'vitest';
import { tinyJson } from '../../test/golden/tinyCheckpoint.ts';
import { readConfig } from './config.ts';
import { initAdapter } from './initAdapter.ts';

const config = readConfig(tinyJson('config.json'));
const lora = { r: 8, lora_alpha: 16, target_modules: ['q_proj', 'down_proj'] };

test('A is uniform within 1 / sqrt(in), B is zero', () => {
  const { modules } = initAdapter(config, lora, 1);
  expect(Object.keys(modules)).toEqual([
    'layers.0.self_attn.q_proj',
    'layers.0.mlp.down_proj',
    'layers.1.self_attn.q_proj',
    'layers.1.mlp.down_proj',
  ]);
  for (const { A, B, in: inputs } of Object.values(modules)) {
    const [bound, most] = [1 / Math.sqrt(inputs), Math.max(...A.map(Math.abs))];
    expect(most).toBeLessThanOrEqual(bound);
    expect(most).toBeGreaterThan(0.95 * bound);
    expect(Math.abs(A.reduce((sum, x) => sum + x, 0) / A.length)).toBeLessThan(0.1 * bound);
    expect(B.every((x) => x === 0)).toBe(true);
  }
});

test('the seed decides, layer by layer', () => {
  expect(initAdapter(config, lora, 1)).toEqual(initAdapter(config, lora, 1));
  const [a, b] = [1, 2].map((seed) => initAdapter(config, lora, seed).modules);
  expect(a['layers.0.mlp.down_proj'].A).not.toEqual(b['layers.0.mlp.down_proj'].A);
  expect(a['layers.0.mlp.down_proj'].A).not.toEqual(a['layers.1.mlp.down_proj'].A);
});

test('ranks and layers that do not exist are refused', () => {
  expect(() => initAdapter(config, { ...lora, r: 0 }, 1)).toThrow(/r = 0/);
  expect(() => initAdapter(config, { ...lora, target_modules: ['w1'] }, 1)).toThrow(
    /no linear layer is called w1/,
  );
});

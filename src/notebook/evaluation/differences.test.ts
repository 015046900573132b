import { expect, test } from 'vitest';
import { differences } from './differences.ts';

test('only what differs, however deep, and what one of them lacks', () => {
  const a = { seed: 0, optimizer: { learning_rate: 1e-3, weight_decay: 0 }, kinds: ['x', 'y'], sft: null };
  const b = {
    seed: 0,
    optimizer: { learning_rate: 2e-3, weight_decay: 0 },
    kinds: ['x'],
    sft: { response: 'answer' },
  };
  expect(differences([a, b])).toEqual([
    { path: 'optimizer.learning_rate', values: ['0.001', '0.002'] },
    { path: 'kinds', values: ['["x","y"]', '["x"]'] },
    { path: 'sft', values: ['null', '–'] },
    { path: 'sft.response', values: ['–', 'answer'] },
  ]);
  expect(differences([a, a])).toEqual([]);
});

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TINY } from '../hub/hubServer.ts';
import { measureScale } from './measureScale.ts';
import { HOW_TO_MAKE, scale, scaleRows } from './scale.ts';

const BUNDLE = fileURLToPath(new URL('../../public/demos/sample.zip', import.meta.url));

test('the bench of true size measures what it is given: here the small checkpoint', async () => {
  const run = await measureScale(`${TINY}:q4`, BUNDLE, 1);
  expect(run.parameters.num_hidden_layers).toBe(2);
  expect(run.promptTokens).toBeGreaterThan(50);
  for (const value of [run.group, run.single, run.gradNorm]) expect(value).toBeGreaterThan(0);
  expect(run.process).toBeGreaterThan(run.measured);
  const rows = scaleRows(run);
  expect(rows.map(([what]) => what)).toContain('by the formula');
  expect(rows.flat().join()).not.toMatch(/NaN|undefined/);
});

test('without a folder it says how to make one', async () => {
  const { rows } = await scale(undefined);
  expect(rows).toEqual([['no --folder', '', HOW_TO_MAKE]]);
});

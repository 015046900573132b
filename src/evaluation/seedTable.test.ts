import { expect, test } from 'vitest';
import { proportionOfShares, wilson } from './intervals.ts';
import type { EvaluationReport } from './report.ts';
import { seedTables, type SeedReport } from './seedTable.ts';

function report(greedy: (0 | 1)[], blind = false): EvaluationReport {
  const right = greedy.filter(Boolean).length;
  const all = wilson(right, greedy.length);
  return {
    accuracy: all,
    sampled_accuracy: proportionOfShares(greedy),
    format: wilson(greedy.length, greedy.length),
    by_kind: {},
    blind,
    questions: greedy.map((_, i) => `demo/${i}/${i % 2 ? 'waypoint' : 'movement'}`),
    greedy,
    sampled: greedy,
    seconds: 1,
  };
}

const seed = (number: number, before: (0 | 1)[], after: (0 | 1)[]): SeedReport => ({
  seed: number,
  steps: 40,
  seconds: 600,
  before: report(before),
  after: report(after),
  blind: { before: report([0, 1, 0, 0], true), after: report([0, 1, 0, 0], true) },
});

test('a row a seed, their mean, and a row a kind with its blind control', () => {
  const tables = seedTables([seed(0, [1, 0, 0, 0], [1, 1, 0, 1]), seed(1, [1, 0, 0, 0], [1, 1, 0, 0])]);
  const lines = tables.split('\n');
  expect(lines[2]).toMatch(/^\| 0 \| 25\.0 → 75\.0 \| \+50\.0 \[.*\] \| 0\.500 \| 25\.0 → 75\.0 \|/);
  expect(lines[3]).toMatch(/^\| 1 \| 25\.0 → 50\.0 \| \+25\.0 /);
  expect(lines[3]).toMatch(/\| 100\.0 → 100\.0 \| 40 \| 10\.0 \|$/);
  expect(lines[4]).toContain('| mean, interval over seeds | 25.0 → 62.5 | +37.5 [-121.3, 196.3] |');
  expect(lines.find((line) => line.startsWith('| all | 4 |'))).toContain('25.0 → 62.5');
  expect(lines.find((line) => line.startsWith('| waypoint | 2 |'))).toMatch(
    /0\.0 → 75\.0 .* 50\.0 → 50\.0 \| 50\.0 → 50\.0 \|$/,
  );
  expect(lines.find((line) => line.startsWith('| movement | 2 |'))).toMatch(/50\.0 → 50\.0 \| 0\.0 /);
  expect(tables).not.toContain('current_state');
});

test('refuses runs on different questions', () => {
  expect(() => seedTables([seed(0, [1, 0, 0, 0], [1, 0, 0, 0]), seed(1, [1, 0], [1, 0])])).toThrow(
    'not evaluated on the same',
  );
  expect(() => seedTables([])).toThrow('no runs');
});

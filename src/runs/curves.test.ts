import { expect, test } from 'vitest';
import type { Proportion } from '../evaluation/report.ts';
import { curvesCsv, curvesJsonl, loggedRows, type RunCurves } from './curves.ts';

const share = (value: number): Proportion => ({ value, n: 8, low: value - 0.1, high: value + 0.1 });
const report = {
  accuracy: share(0.5),
  sampled_accuracy: share(NaN),
  format: share(1),
  by_kind: {},
  blind: false,
  questions: [],
  greedy: [],
  sampled: [],
  seconds: 1,
};
const run: RunCurves = {
  name: '=1+1, "quoted"',
  created: '2026-11-24T00:00:00.000Z',
  method: 'grpo',
  steps: [
    { step: 1, seconds: 2, metrics: { reward: 1 } },
    { step: 2, seconds: 3, metrics: { reward: 1.5, kl: 0.1 } },
  ],
  evaluations: [
    { step: 0, report },
    { step: 2, report },
  ],
};

test('the blind control stands beside the evaluation of its step, not in its place', () => {
  const blind = { ...report, accuracy: share(0.25), blind: true };
  const rows = loggedRows({
    ...run,
    evaluations: [
      { step: 2, report },
      { step: 2, report: blind },
    ],
  });
  expect(rows.at(-1)!.values).toMatchObject({ 'eval/accuracy': 0.5, 'eval_blind/accuracy': 0.25 });
});

test('rows go step by step, with the seconds trained so far; no number is no entry', () => {
  const rows = loggedRows(run);
  expect(rows.map(({ step, seconds }) => [step, seconds])).toEqual([
    [0, 0],
    [1, 2],
    [2, 5],
  ]);
  expect(rows[2].values).toMatchObject({ 'train/kl': 0.1, 'eval/accuracy': 0.5, 'eval/accuracy_low': 0.4 });
  expect(rows[0].values).not.toHaveProperty('eval/sampled_accuracy');
});

test('CSV quotes, and a name is no formula', () => {
  const [head, first, second] = curvesCsv([run]).split('\r\n');
  expect(head.split(',').slice(0, 3)).toEqual(['run', 'step', 'seconds']);
  expect(first).toMatch(/^"'=1\+1, ""quoted""",0,0,0.5,/);
  const columns = head.split(',');
  const values = second.replace(/^"(?:[^"]|"")*"/, 'name').split(',');
  expect(values).toHaveLength(columns.length);
  expect(values[columns.indexOf('train/reward')]).toBe('1');
  expect(values[columns.indexOf('train/kl')]).toBe('');
});

test('JSONL reads back', () => {
  const lines = curvesJsonl([run, run]).trimEnd().split('\n');
  expect(lines).toHaveLength(6);
  expect(JSON.parse(lines[1])).toEqual({ run: run.name, step: 1, seconds: 2, 'train/reward': 1 });
});

import { expect, test } from 'vitest';
import { comparePaired, mcnemarExact } from './paired.ts';
import type { EvaluationReport } from './report.ts';

function report(greedy: (0 | 1)[], sampled: number[] = greedy): EvaluationReport {
  return { questions: greedy.map((_, i) => `q${i}`), greedy, sampled } as EvaluationReport;
}

// 2 * sum of C(n, k) / 2^n in Python.
test.each([
  [10, 2, 0.03857421875],
  [0, 5, 0.0625],
  [3, 3, 1],
  [120, 80, 0.0056851559967503],
  [0, 0, 1],
])('McNemar: %i gained, %i lost', (gained, lost, p) => {
  expect(mcnemarExact(gained, lost)).toBeCloseTo(p, 10);
});

test('counts the questions gained and lost', () => {
  const found = comparePaired(report([1, 0, 0, 0, 1]), report([1, 1, 1, 0, 0], [1, 0.5, 0.5, 0.5, 0.5]));
  expect(found.mcnemar).toMatchObject({ gained: 2, lost: 1, p: 1 });
  expect(found.accuracy.value).toBeCloseTo(0.2);
  expect(found.sampled_accuracy.value).toBeCloseTo(0.2);
  expect(found.sampled_accuracy.n).toBe(5);
});

test('pairing tells a small steady gain that two separate intervals would not', () => {
  const before = Array.from({ length: 100 }, (_, i) => (i % 2) as 0 | 1);
  const after = before.map((right, i) => (i % 20 === 0 ? 1 : right));
  const { accuracy } = comparePaired(report(before), report(after));
  expect(accuracy.value).toBeCloseTo(0.05);
  expect(accuracy.low).toBeGreaterThan(0);
});

test('compares the named questions only', () => {
  const only = (question: string) => question === 'q1';
  expect(comparePaired(report([1, 0]), report([0, 1]), only).mcnemar).toMatchObject({ gained: 1, lost: 0 });
});

test('refuses reports about different questions', () => {
  expect(() => comparePaired(report([1, 0]), report([1]))).toThrow('not of the same questions');
});

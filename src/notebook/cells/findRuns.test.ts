import { expect, test } from 'vitest';
import { listedRun } from '../testing/listedRun.ts';
import { findRuns, orderRuns } from './findRuns.ts';

const runs = [
  listedRun({ name: 'b', tags: ['Sweep'], steps: 3, created: '2026-01-01T00:00:00Z' }),
  listedRun({ name: 'a', notes: 'after the sweep', steps: 9, created: '2026-01-03T00:00:00Z' }),
  listedRun({
    name: 'c',
    steps: 0,
    metrics: { 'rewards/accuracy/mean': 0.5 },
    created: '2026-01-02T00:00:00Z',
  }),
];
const names = (found: { name: string }[]) => found.map(({ name }) => name).join('');

test('every word counts, wherever it stands', () => {
  expect(names(findRuns(runs, 'SWEEP'))).toBe('ba');
  expect(names(findRuns(runs, 'sweep after'))).toBe('a');
  expect(names(findRuns(runs, '  '))).toBe('bac');
});

test('in order', () => {
  expect(names(orderRuns(runs, 'name'))).toBe('abc');
  expect(names(orderRuns(runs, 'steps'))).toBe('abc');
  expect(names(orderRuns(runs, 'created'))).toBe('acb');
  expect(names(orderRuns(runs, 'accuracy'))[0]).toBe('c');
});

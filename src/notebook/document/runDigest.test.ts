import { expect, test } from 'vitest';
import type { EvaluationReport } from '../../evaluation/report.ts';
import type { RunCurves } from '../../runs/curves.ts';
import { TOKENS_PER_SECOND, MetricColumns } from '../dashboard/metricColumns.ts';
import { listedRun } from '../testing/listedRun.ts';
import type { KeptNotebook } from './kept.ts';
import { notebookJson, readNotebookFile } from './notebookFile.ts';
import { NOTEBOOK_VERSION } from './notebookMigrations.ts';
import { checkNotebook } from './notebookSchema.ts';
import { digestOf, withDigests } from './runDigest.ts';
import { MOST_EVALUATIONS, MOST_POINTS } from './runDigestSchema.ts';

const share = { value: 0.5, low: 0.4, high: 0.6, n: 2 };
const kind = { accuracy: share, sampled_accuracy: share, format: share };
const report: EvaluationReport = {
  ...kind,
  by_kind: { waypoint: kind },
  blind: false,
  questions: ['a', 'b'],
  greedy: [0, 1],
  sampled: [0.25, 0.75],
  seconds: 3,
};

const curves = (steps: number, evaluations = 2): RunCurves => ({
  name: 'a run',
  created: '2026-01-02T03:04:05.000Z',
  method: 'grpo',
  steps: Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    seconds: 2,
    metrics: { reward: i / steps, num_tokens: 100 * (i + 1), 'of/no/chart': 7 },
  })),
  evaluations: Array.from({ length: evaluations }, (_, i) => ({ step: i, report })),
});

const notebook = (...results: unknown[]): KeptNotebook => ({
  id: 'one',
  title: 'One',
  changed: '2026-01-02T03:04:05.000Z',
  cells: results.map((one, i) => ({
    id: i ? `train-${i + 1}` : 'train',
    kind: 'train',
    folded: false,
    results: one,
  })),
});

const stored = (...ids: string[]) => ({
  list: () => Promise.resolve({ runs: ids.map((id) => listedRun({ id })), unreadable: [] }),
  curves: () => Promise.resolve(curves(3)),
  importZip: () => Promise.reject(new Error('no')),
});

test('a short run is whole, but for what no chart shows and which questions were asked', () => {
  const digest = digestOf('short', curves(3));
  expect(digest).toMatchObject({ id: 'short', name: 'a run', every: 1 });
  expect(digest.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(Object.keys(digest.steps[0].metrics)).toEqual(['reward', 'num_tokens']);
  expect(digest.evaluations[1].report).toEqual({ ...report, questions: [], greedy: [], sampled: [] });
});

test.each([199, 200, 10_000])('a run of %i steps keeps its ends, its pace and its bounds', (steps) => {
  const digest = digestOf('long', curves(steps, 333));
  expect(digest.steps.length).toBeLessThanOrEqual(MOST_POINTS);
  expect(digest.evaluations.length).toBeLessThanOrEqual(MOST_EVALUATIONS);
  expect([digest.steps[0].step, digest.steps.at(-1)!.step]).toEqual([1, steps]);
  expect(digest.evaluations.at(-1)!.step).toBe(332);
  expect(digest.steps.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(2 * steps);
  const pace = new MetricColumns().read(digest.steps).column(TOKENS_PER_SECOND);
  expect(new Set(pace)).toEqual(new Set([50]));
  const kept = notebook({ run: 'long', digests: [digest] });
  expect(checkNotebook({ version: NOTEBOOK_VERSION, ...kept }, 'one').cells[0].results).toEqual(
    kept.cells[0].results,
  );
});

test('a file holds the runs of its train cells and those laid over them, and opens where they are not', async () => {
  const laid = { run: 'a', dashboard: { more: [], overlays: ['b', 'gone'] } };
  const blob = await notebookJson(notebook(laid), stored('a', 'b'));
  const { cells } = await readNotebookFile(new File([blob], 'one.json'), stored());
  const results = cells[0].results as { digests: { id: string }[] };
  expect(results).toMatchObject(laid);
  expect(results.digests.map(({ id }) => id)).toEqual(['a', 'b']);

  // Sent on from there, it still has them.
  const again = await withDigests({ ...notebook(), cells }, stored());
  expect(again.cells[0].results).toEqual(results);
});

test('a file with hundreds of trainings stays small enough to be read', async () => {
  const many = notebook(...Array.from({ length: 150 }, (_, i) => ({ run: `r${i}` })));
  const long = {
    ...stored(...many.cells.map((_, i) => `r${i}`)),
    curves: () => Promise.resolve(curves(5000, 200)),
  };
  const blob = await notebookJson(many, long);
  expect(blob.size).toBeLessThan(20 * 2 ** 20);
  const { cells } = await readNotebookFile(new File([blob], 'many.json'), stored());
  const held = cells.filter(({ results }) => (results as { digests?: unknown[] }).digests?.length);
  expect(held).toHaveLength(40);
});

const digest = digestOf('a', curves(3));
test.each([
  ['a path for an id', { ...digest, id: '../a' }, /digests\.0\.id/],
  ['too many points', digestWith(201), /digests\.0\.steps/],
  ['steps that go back', { ...digest, steps: [...digest.steps].reverse() }, /do not rise/],
  [
    'a metric that is no number',
    { ...digest, steps: [{ ...digest.steps[0], metrics: { reward: '1' } }] },
    /reward/,
  ],
  [
    'hundreds of metrics',
    { ...digest, steps: [{ ...digest.steps[0], metrics: crowd() }] },
    /more than 40 numbers/,
  ],
  ['lists of questions', { ...digest, evaluations: [{ step: 0, report }] }, /lists its questions/],
  ['no evaluation at all', { ...digest, evaluations: [{ step: 0, report: null }] }, /report/],
])('%s are refused, and the field is named', (_, bad, wrong) => {
  const kept = { version: NOTEBOOK_VERSION, ...notebook({ run: 'a', digests: [bad] }) };
  expect(() => checkNotebook(kept, 'theirs.json')).toThrow(wrong);
  expect(() => checkNotebook(kept, 'theirs.json')).toThrow(/^theirs\.json, cell train, results/);
});

function digestWith(steps: number) {
  return { ...digest, steps: curves(steps).steps };
}

function crowd() {
  return Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`m${i}`, i]));
}

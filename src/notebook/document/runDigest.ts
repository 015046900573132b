/** The main curves of a run and what it held out, small enough for a notebook's file. */
import type { CurveStep, RunCurves } from '../../runs/curves.ts';
import type { Runs } from '../../runs/runs.ts';
import type { TrainResults } from '../cells/train.svelte.ts';
import { CHARTS, SFT_CHARTS } from '../dashboard/charts.ts';
import { runsOf, type KeptCell, type KeptNotebook } from './kept.ts';
import { MOST_EVALUATIONS, MOST_POINTS, type RunDigest } from './runDigestSchema.ts';

/** Runs of a file: with the most points and evaluations of each it stays well under what is read of one. */
const MOST_RUNS = 40;

/** num_tokens makes tokens a second. */
const MAIN = new Set([
  'num_tokens',
  ...[...CHARTS, ...SFT_CHARTS].flatMap(({ metrics }) => metrics.map(({ name }) => name)),
]);

/** @param id of the run */
export function digestOf(id: string, { steps, evaluations, ...run }: RunCurves): RunDigest {
  const every = Math.max(1, Math.ceil(steps.length / (MOST_POINTS - 1)));
  const spread = Math.max(1, Math.ceil(evaluations.length / (MOST_EVALUATIONS - 1)));
  return {
    ...run,
    id,
    every,
    steps: thinned(steps, every),
    evaluations: evaluations
      .filter((_, i) => i % spread === 0 || i === evaluations.length - 1)
      .map(({ step, report }) => ({
        step,
        report: { ...report, questions: [], greedy: [], sampled: [] },
      })),
  };
}

/** The first of every so many steps and the last; each with the seconds since the one before, so that rates stay true. */
function thinned(steps: CurveStep[], every: number): CurveStep[] {
  const kept: CurveStep[] = [];
  let since = 0;
  for (const [i, { step, seconds, metrics }] of steps.entries()) {
    since += seconds;
    if (i % every && i !== steps.length - 1) continue;
    const main = Object.fromEntries(Object.entries(metrics).filter(([name]) => MAIN.has(name)));
    kept.push({ step, seconds: since, metrics: main });
    since = 0;
  }
  return kept;
}

/** The notebook with a digest of each run that its train cells show; of runs elsewhere those that it has stay. */
export async function withDigests(
  notebook: KeptNotebook,
  runs: Pick<Runs, 'curves' | 'list'>,
): Promise<KeptNotebook> {
  const stored = new Set((await runs.list()).runs.map(({ id }) => id));
  let left = MOST_RUNS;
  const cells: KeptCell[] = [];
  for (const cell of notebook.cells) {
    if (cell.kind !== 'train') {
      cells.push(cell);
      continue;
    }
    const { digests: had = [], ...results } = cell.results as TrainResults;
    const digests: RunDigest[] = [];
    for (const id of runsOf(cell).slice(0, left)) {
      const digest = stored.has(id)
        ? digestOf(id, await runs.curves(id))
        : had.find((other) => other.id === id);
      if (digest) digests.push(digest);
    }
    left -= digests.length;
    cells.push({ ...cell, results: digests.length ? { ...results, digests } : results });
  }
  return { ...notebook, cells };
}

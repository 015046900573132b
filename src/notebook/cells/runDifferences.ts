/** Settings and last numbers of runs side by side. */
import type { RunSummary } from '../../runs/run.ts';
import { leaves } from '../leaves.ts';
import { metric } from '../words.ts';

export interface RunFact {
  /** "optimizer.learning_rate": where it stands in the configuration. */
  name: string;
  /** One a run, '' where a run lacks it. */
  values: string[];
  differs: boolean;
}

/** Settings first, then the numbers of each run's last step. */
export function runFacts(runs: RunSummary[]): RunFact[] {
  const settings = runs.map(({ checkpoint, bundle, test_fraction, config, sft, question_settings }) =>
    flat({
      method: sft ? 'sft' : 'grpo',
      checkpoint,
      demonstrations: bundle.name,
      test_fraction,
      ...config,
      ...(sft && { sft }),
      questions: question_settings,
    }),
  );
  const outcomes = runs.map(({ steps, metrics }) => flat({ 'steps done': steps, ...metrics }));
  return [...rows(settings), ...rows(outcomes)];
}

function rows(runs: Map<string, string>[]): RunFact[] {
  const names = [...new Set(runs.flatMap((run) => [...run.keys()]))];
  return names.map((name) => {
    const values = runs.map((run) => run.get(name) ?? '');
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
}

function flat(value: object): Map<string, string> {
  return new Map(leaves(value).map(([path, inner]) => [path, wordsOf(inner)]));
}

function wordsOf(value: unknown): string {
  if (typeof value === 'number') return metric(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

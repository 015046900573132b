/** Settings and last numbers of runs side by side. */
import { methodOf, type RunSettings, type RunSummary } from '../runs/run.ts';
import { leaves } from './leaves.ts';
import { metric } from './words.ts';

export interface RunFact {
  /** "optimizer.learning_rate": where it stands in the configuration. */
  name: string;
  /** One a run; a dash where a run has none. */
  values: string[];
  /** Among the runs that have it. */
  differs: boolean;
  /** Some run has none: its method knows no such thing, or it has made no step. */
  lacking: boolean;
}

/** What the runs were set up with: of each the settings that its method uses, no others. */
export const settingFacts = (runs: RunSettings[]): RunFact[] => facts(runs.map(used), written);

/** Steps done, and the numbers of each run's last step. */
export const outcomeFacts = (runs: RunSummary[]): RunFact[] =>
  facts(
    runs.map(({ steps, metrics }) => ({ 'steps done': steps, ...metrics })),
    (value) => (typeof value === 'number' ? metric(value) : written(value)),
  );

function used(run: RunSettings): object {
  const { checkpoint, bundle, test_fraction, config, sft, question_settings } = run;
  const { max_steps, optimizer, lr_scheduler_type, warmup_steps, lora, eval_steps, seed, sampling } = config;
  const { max_completion_length } = sampling;
  return {
    method: methodOf(run),
    checkpoint,
    demonstrations: bundle.name,
    test_fraction,
    ...(sft
      ? {
          // Of sampling, what the held-out answers are cut at.
          ...{ max_steps, optimizer, lr_scheduler_type, warmup_steps, lora, eval_steps, seed },
          ...{ sampling: { max_completion_length }, sft },
        }
      : config),
    questions: question_settings,
  };
}

function facts(runs: object[], words: (value: unknown) => string): RunFact[] {
  const flat = runs.map((run) => new Map(leaves(run)));
  const names = [...new Set(flat.flatMap((run) => [...run.keys()]))];
  return names.map((name) => {
    const having = flat.filter((run) => run.has(name));
    return {
      name,
      values: flat.map((run) => (run.has(name) ? words(run.get(name)) : '–')),
      // By the values: words may round.
      differs: new Set(having.map((run) => written(run.get(name)))).size > 1,
      lacking: having.length < runs.length,
    };
  });
}

const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

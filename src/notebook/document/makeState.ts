import { AskCell, type AskConfig, type AskResults } from '../cells/ask.svelte.ts';
import { DemonstrationsCell, type DemonstrationsSource } from '../cells/demonstrations.svelte.ts';
import { ExportCell, type ExportConfig } from '../cells/export.svelte.ts';
import type { ModelCell } from '../cells/model.svelte.ts';
import { QuestionsCell, type QuestionsConfig } from '../cells/questions.svelte.ts';
import type { RunsCell } from '../cells/runs.svelte.ts';
import { TrainCell, type TrainResults } from '../cells/train.svelte.ts';
import { LabCell } from '../lab/lab.svelte.ts';
import type { LabConfig, LabResults } from '../lab/labConfig.ts';
import { CompareCell } from '../evaluation/compare.svelte.ts';
import { EvaluateCell, type EvaluateConfig, type Evaluated } from '../evaluation/evaluate.svelte.ts';
import { TextCell } from '../text/text.svelte.ts';
import type { Notebook } from '../notebook.svelte.ts';
import type { TrainConfig } from '../trainConfig.ts';
import { TracesCell } from '../traces/traces.svelte.ts';
import type { States } from './entry.svelte.ts';
import type { KeptCell } from './kept.ts';
import type { CellKind } from './kinds.ts';

/** What cells of these kinds have in common, however many there are. */
export interface SharedStates {
  model: ModelCell;
  runs: RunsCell;
}

/** The state of a new cell, with what was kept of it. What is kept has been checked before. */
export const makeState: {
  [K in CellKind]: (
    notebook: Notebook,
    kept: Pick<KeptCell, 'settings' | 'results'>,
    shared: SharedStates,
  ) => States[K];
} = {
  model: (_, { settings }, { model }) => {
    if (settings) model.choose(settings as { source: string });
    return model;
  },
  demonstrations: (notebook, { settings }) =>
    new DemonstrationsCell(notebook, settings as { source: DemonstrationsSource } | undefined),
  questions: (notebook, { settings }) => new QuestionsCell(notebook, settings as QuestionsConfig | undefined),
  ask: (notebook, { settings, results }) =>
    new AskCell(notebook, settings as AskConfig | undefined, results as AskResults | undefined),
  train: (notebook, { settings, results }) =>
    new TrainCell(notebook, settings as TrainConfig | undefined, results as TrainResults | undefined),
  evaluate: (notebook, { settings, results }) =>
    new EvaluateCell(
      notebook,
      settings as EvaluateConfig | undefined,
      results as { madeFrom: string; evaluated: Evaluated[] } | undefined,
    ),
  compare: (notebook) => new CompareCell(notebook),
  text: (_, { settings }) => new TextCell(settings as { markdown: string } | undefined),
  lab: (notebook, { settings, results }) =>
    new LabCell(notebook, settings as LabConfig | undefined, results as LabResults | undefined),
  runs: (_, __, { runs }) => runs,
  traces: (notebook, { results }) => new TracesCell(notebook, results as KeptRun),
  export: (notebook, { settings }) => new ExportCell(notebook, settings as ExportConfig | undefined),
};

type KeptRun = { run: string | null } | undefined;
